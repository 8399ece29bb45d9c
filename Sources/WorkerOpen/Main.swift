import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "worker-open", .open, about: "books fills: a queued or resting order becomes a position"
        ) {
            settings, _ in
            OpenHandler(maxRateAge: try settings.maxRateAge())
        }
    }
}
