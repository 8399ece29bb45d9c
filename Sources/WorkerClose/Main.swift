import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "worker-close", .close,
            about: "books what ends a position and adds its net profit to the balance"
        ) {
            settings, _ in
            CloseHandler(maxRateAge: try settings.maxRateAge())
        }
    }
}
