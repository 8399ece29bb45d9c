package import ServiceRuntime
package import Shared

extension MemoryWorld: DispatchStore {
    package func lookUp(_ ids: [LifecycleID]) -> [Result<OrderID?, StoreError>] {
        ids.map { id in
            guard let text = self[string: Keys.lookup(id)] else { return .success(nil) }
            do {
                return .success(try OrderID(text))
            } catch {
                return .failure(.refused(operation: "lookup", detail: "\(error)"))
            }
        }
    }

    package func accounts(of orders: [OrderID]) -> [Result<AccountID?, StoreError>] {
        orders.map { order in
            let data = self[hash: Keys.orderData(order)]
            guard let type = data["user_type"], let user = data["user_id"] else {
                return .success(nil)
            }
            do {
                return .success(try AccountID(UserType(text: type), user))
            } catch {
                return .failure(.refused(operation: "order_data", detail: "\(error)"))
            }
        }
    }

    package func orders(_ keys: [OrderKey]) -> [Result<StoredOrder, StoreError>] {
        keys.map { key in
            do {
                return .success(try stored(key))
            } catch {
                return .failure(.refused(operation: "orders", detail: "\(error)"))
            }
        }
    }

    package func inDoubt(_ sent: [SentMessage]) -> [Result<Bool, StoreError>] {
        sent.map { message in
            let lane = LaneID(
                queue: .provider(message.provider), message.account.partition(of: partitions))
            guard let mark = self[hash: lane.wired][message.id.text] else {
                return .success(false)
            }
            do {
                return .success(try WireMark(text: mark).isInDoubt)
            } catch {
                return .failure(.refused(operation: "wired", detail: "\(error)"))
            }
        }
    }

    package func name(_ reports: [ReportName]) -> [Result<String, StoreError>] {
        reports.map { report in
            let key = report.account.named(report.entry)
            if let before = self[string: key], keeps(.named) { return .success(before) }
            set(key, report.name, milliseconds: 24 * 3_600_000)
            return .success(report.name)
        }
    }

    package func route(_ messages: [RoutedMessage]) -> [Result<Void, StoreError>] {
        messages.map { message in
            routed += 1
            append(message.fields, to: LaneID(queue: message.role, message.partition).stream)
            return .success(())
        }
    }

    package func attach(_ id: LifecycleID, _ kind: IDKind, to key: OrderKey) {
        for hash in [key.account.holdings(key.order), key.account.orderDone(key.order)] {
            guard !self[hash: hash].isEmpty else { continue }
            var ids = NamedList(text: self[hash: hash]["ids"] ?? "")
            ids.set(id.text, kind.rawValue)
            self[hash: hash]["ids"] = ids.text
        }
        // Decisions that were made without the id conflict.
        set(key.account.portfolio, Fields(["orders_token": "attached/\(id)"]))
        let hasEnded = !self[hash: key.account.orderDone(key.order)].isEmpty
        set(Keys.lookup(id), key.order.text, milliseconds: hasEnded ? 8 * 24 * 3_600_000 : nil)
    }
}

extension MemoryWorld: AnswerSink {
    package func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>] {
        reports.map { placed in
            append(
                placed.report.fields, to: LaneID(queue: .reports, placed.partition).stream)
            return .success(())
        }
    }

    package func answer(_ answers: [PlacedAnswer]) -> [Result<AnswerReply, StoreError>] {
        answers.map { answer in
            let lane = LaneID(queue: .reports, answer.placed.partition).answered.text
            // The first answer stands.
            if answered[lane]?.contains(answer.request) == true { return .success(.answered) }
            guard answer.freshness?.holds(at: now) ?? true else {
                return .success(.priceTooOld)
            }
            answered[lane, default: []].insert(answer.request)
            return send([answer.placed])[0].map { .answered }
        }
    }
}
