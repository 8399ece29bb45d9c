import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "worker-stop-loss", .stopLoss,
            about: "books that a stop loss rests with its provider"
        ) {
            _, _ in
            LegConfirmation(.stopLoss)
        }
    }
}
