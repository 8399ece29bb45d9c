extension CommandTree {
    /// Every command of the tool, in the order of its help.
    static let fleet = CommandTree(specs: [
        InitCommand.spec, MigrateCommand.spec, DoctorCommand.spec, StatusCommand.spec,
        TraceCommand.spec, ReconcileCommand.spec, RebuildCommand.spec,
        DeadCommands.list, DeadCommands.show,
        DeadActions.redrive, DeadActions.drop, PauseCommands.pause, PauseCommands.resume,
        UpgradeCommand.spec, TopCommand.spec, ExporterCommand.spec,
        GroupCommands.set, GroupCommands.show,
        AccountCommands.create, AccountCommands.configure, AccountCommands.deposit,
        AccountCommands.withdraw, AccountViews.show, AccountViews.list,
        OrderCommands.place, OrderCommands.close, OrderCommands.modify, OrderCommands.cancel,
        LegCommands.setStopLoss, LegCommands.setTakeProfit, LegCommands.cancelStopLoss,
        LegCommands.cancelTakeProfit, OrderCommands.setSwap, OrderViews.show,
        ResolveCommand.spec,
        FeedCommand.spec, PlayCommand.spec, TradeCommand.spec, ReplayCommand.spec,
        DocsCommand.states,
    ])
}
