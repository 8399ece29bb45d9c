internal import CMicrohttpd
import Glibc

/// What is answered to a request.
package struct HttpResponse: Sendable, Equatable {
    package let status: Int
    package let contentType: String
    package let body: String

    package init(status: Int, contentType: String = "text/plain; charset=utf-8", body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Answers GET requests, one after the other, on the thread that calls `serve`. Belongs to that thread.
package final class HttpServer {
    private let daemon: OpaquePointer
    private let box: Box
    /// The port that it listens on; the one that was taken, where 0 was asked for.
    package let port: UInt16

    /// Connections that may be open at a time, and seconds that one may be silent.
    private static let connections: CInt = 16
    private static let silence: CInt = 10

    private final class Box {
        let answer: (String) -> HttpResponse

        init(_ answer: @escaping (String) -> HttpResponse) { self.answer = answer }
    }

    /// - Parameter answer: given the path of a request.
    package init(
        _ address: HttpAddress, answer: @escaping (String) -> HttpResponse
    ) throws(HttpError) {
        let socket = try address.listen()
        let box = Box(answer)
        let options: [any CVarArg] = [
            CInt(bitPattern: MHD_OPTION.LISTEN_SOCKET.rawValue), socket,
            CInt(bitPattern: MHD_OPTION.CONNECTION_LIMIT.rawValue), Self.connections,
            CInt(bitPattern: MHD_OPTION.CONNECTION_TIMEOUT.rawValue), Self.silence,
            CInt(bitPattern: MHD_OPTION.END.rawValue),
        ]
        // No flag: it has no thread of its own and waits only while `serve` is called.
        let started = withVaList(options) { list in
            MHD_start_daemon_va(
                0, 0, nil, nil, Self.handle,
                Unmanaged.passUnretained(box).toOpaque(), list)
        }
        // Whether it starts or not, the socket is its own from here on.
        guard let started else {
            throw HttpError("\(address): the HTTP server does not start")
        }
        daemon = started
        self.box = box
        port = Self.port(of: socket) ?? address.port
    }

    deinit { MHD_stop_daemon(daemon) }

    /// Serves what comes, for at most so long.
    package func serve(for duration: Duration) {
        let milliseconds =
            duration.components.seconds * 1_000
            + duration.components.attoseconds / 1_000_000_000_000_000
        MHD_run_wait(daemon, Int32(clamping: milliseconds))
    }

    private static func port(of socket: CInt) -> UInt16? {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &size)
            }
        }
        // The port stands at the same place for both families.
        return status == 0 ? UInt16(bigEndian: address.sin6_port) : nil
    }

    private static let handle: MHD_AccessHandlerCallback = {
        context, connection, url, method, _, _, _, _ in
        guard let context, let connection, let url, let method else { return .NO }
        let box = Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
        let response =
            ["GET", "HEAD"].contains(String(cString: method))
            ? box.answer(String(cString: url))
            : HttpResponse(status: 405, body: "only GET is answered\n")
        return send(response, on: connection)
    }

    private static func send(
        _ response: HttpResponse, on connection: OpaquePointer
    ) -> MHD_Result {
        var body = response.body
        let made = body.withUTF8 { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                .RESPMEM_MUST_COPY)
        }
        guard let made else { return .NO }
        defer { MHD_destroy_response(made) }
        MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response.contentType)
        if response.status == 405 { MHD_add_response_header(made, MHD_HTTP_HEADER_ALLOW, "GET") }
        return MHD_queue_response(connection, UInt32(response.status), made)
    }
}
