import RedisDriver
import ServiceRuntime
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "worker-take-profit", .takeProfit,
            about: "books that a take profit rests with its provider"
        ) {
            _, _ in
            LegConfirmation(.takeProfit)
        }
    }
}
