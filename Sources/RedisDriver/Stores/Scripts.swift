/// The server-side scripts, each declared once a process: connections remember by identity which
/// ones they have loaded. What KEYS and ARGV mean stands in the header of each script.
enum Scripts {
    static let acquire = Script(name: "acquire", source: ScriptSources.acquire)
    static let apply = Script(name: "apply", source: ScriptSources.apply)
    static let attach = Script(name: "attach", source: ScriptSources.attach)
    static let claim = Script(name: "claim", source: ScriptSources.claim)
    static let emit = Script(name: "emit", source: ScriptSources.emit)
    static let enqueue = Script(name: "enqueue", source: ScriptSources.enqueue)
    static let fetch = Script(name: "fetch", source: ScriptSources.fetch)
    static let heartbeat = Script(name: "heartbeat", source: ScriptSources.heartbeat)
    static let load = Script(name: "load", source: ScriptSources.load)
    static let markDead = Script(name: "mark_dead", source: ScriptSources.markDead)
    static let members = Script(name: "members", source: ScriptSources.members)
    static let name = Script(name: "name", source: ScriptSources.name)
    static let order = Script(name: "order", source: ScriptSources.order)
    static let park = Script(name: "park", source: ScriptSources.park)
    static let price = Script(name: "price", source: ScriptSources.price)
    static let projectHolder = Script(
        name: "project_holder", source: ScriptSources.projectHolder)
    static let projectOrder = Script(name: "project_order", source: ScriptSources.projectOrder)
    static let release = Script(name: "release", source: ScriptSources.release)
    static let renew = Script(name: "renew", source: ScriptSources.renew)
    static let settle = Script(name: "settle", source: ScriptSources.settle)
    static let suspect = Script(name: "suspect", source: ScriptSources.suspect)
    static let tick = Script(name: "tick", source: ScriptSources.tick)
    static let trim = Script(name: "trim", source: ScriptSources.trim)
    static let unbox = Script(name: "unbox", source: ScriptSources.unbox)
}
