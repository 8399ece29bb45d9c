// swift-tools-version: 6.2
// The layers of the house, top to bottom: a target imports only what stands above it.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func library(
    _ name: String, _ dependencies: [Target.Dependency], leaving others: [String] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: others, swiftSettings: strict)
}
func process(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}
func tests(
    _ name: String, _ dependencies: [Target.Dependency], flags: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies,
        swiftSettings: strict + (flags.isEmpty ? [] : [.unsafeFlags(flags)]))
}
func binary(_ name: String, _ target: String) -> Product {
    .executable(name: name, targets: [target])
}

let pure: [Target.Dependency] = ["Shared"]
let runtime: [Target.Dependency] = pure + ["ServiceRuntime"]
let redis: [Target.Dependency] = runtime + ["RedisDriver"]
let stores: [Target.Dependency] = redis + ["PostgresDriver"]
let tools: [Target.Dependency] = stores + ["Audit", "Statements"]

/// Every process by the name of its binary.
let processes = [
    "worker-open": "WorkerOpen", "worker-close": "WorkerClose", "worker-reject": "WorkerReject",
    "worker-pending": "WorkerPending", "worker-cancel": "WorkerCancel",
    "worker-stop-loss": "WorkerStopLoss", "worker-take-profit": "WorkerTakeProfit",
    "dispatcher": "Dispatcher", "order-entry": "OrderEntry", "house-provider": "HouseProvider",
    "persistence-writer": "PersistenceWriter", "projector": "Projector",
    "provider-connection": "ProviderConnection",
    "provider-simulator": "ProviderSimulator", "fleet": "Fleet", "benchmarks": "Benchmarks",
]
let handlers: [Target.Dependency] = [
    "WorkerOpen", "WorkerClose", "WorkerReject", "WorkerPending", "WorkerCancel",
    "Dispatcher", "OrderEntry", "HouseProvider", "Projector",
]

let package = Package(
    name: "orderfleet",
    products: processes.sorted { $0.key < $1.key }.map { binary($0.key, $0.value) },
    targets: [
        // Pure: no I/O, no clock, no C.
        library("Shared", []),
        library("Statements", pure),
        library("ProviderWire", pure),
        // What every process shares, and the ports that it needs.
        library("ServiceRuntime", pure),
        // The only code that sees a C type.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CLibpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CMicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CMsgpack", providers: [.apt(["libmsgpack-dev"])]),
        library("MessagePackDriver", pure + ["ProviderWire", "CMsgpack"]),
        library("RedisDriver", runtime + ["CHiredis"], leaving: ["Scripts"]),
        library("PostgresDriver", runtime + ["CLibpq"]),
        library("HttpDriver", ["CMicrohttpd"]),
        // Invariants from outside.
        library("Audit", stores),
        // One executable per process.
        process("WorkerOpen", redis), process("WorkerClose", redis), process("WorkerReject", redis),
        process("WorkerPending", redis), process("WorkerCancel", redis),
        process("WorkerStopLoss", redis), process("WorkerTakeProfit", redis),
        process("Dispatcher", redis), process("OrderEntry", redis), process("HouseProvider", redis),
        process("ProviderConnection", redis + ["ProviderWire", "MessagePackDriver"]),
        process("Projector", redis), process("PersistenceWriter", stores + ["Audit"]),
        // Operator and developer tools.
        process("ProviderSimulator", redis + ["Statements"]),
        process("Fleet", tools + ["HttpDriver"]), process("Benchmarks", tools),
        // Tests, in four rings: unit, simulation, drivers, fleet.
        .target(
            name: "TestSupport", dependencies: tools, path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "Lives", dependencies: runtime + ["TestSupport"], path: "Tests/Lives",
            swiftSettings: strict),
        tests("SharedTests", pure + ["TestSupport"]),
        tests("StatementsTests", pure + ["Statements", "TestSupport"]),
        tests("RuntimeTests", runtime + ["TestSupport"]),
        tests(
            "ProviderWireTests",
            redis
                + ["ProviderWire", "MessagePackDriver", "ProviderConnection", "TestSupport"]),
        tests(
            "WorkerTests",
            redis + ["TestSupport", "ProviderSimulator", "Statements"] + handlers),
        tests("ProtocolTests", redis),
        tests("ToolTests", tools + ["TestSupport", "Fleet"]),
        .target(name: "CFlows", path: "Tests/CFlows"),
        // Its processes take turns on one thread. The check of exclusive access counts by thread: it
        // would take what one process was stopped in for another one's, and costs a tenth of a seed.
        tests(
            "SimulationTests", redis + ["TestSupport", "Lives", "CFlows"] + handlers,
            flags: ["-enforce-exclusivity=unchecked"]),
        tests(
            "DriverTests",
            tools + ["TestSupport", "PersistenceWriter", "HouseProvider", "Fleet"]),
        tests("FleetTests", tools + ["TestSupport", "Lives", "Fleet"]),
    ]
)
