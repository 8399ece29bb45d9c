import RedisDriver
import Shared

@main enum Main {
    static func main() {
        Launch.worker(
            "worker-reject", .reject,
            about: "books refusals: frees margins and gives positions back"
        ) {
            _, _ in
            RejectHandler()
        }
    }
}
