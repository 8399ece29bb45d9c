import RedisDriver
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "worker-cancel", .cancel, about: "books cancels of resting orders and of legs"
        ) {
            _, _ in
            CancelHandler()
        }
    }
}
