import RedisDriver
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "worker-pending", .pending,
            about: "books what a provider confirms of resting orders and their changes"
        ) {
            _, _ in
            PendingHandler()
        }
    }
}
