using PropsDb.Host.Ops;

return args switch
{
    ["token", .. var options] => TokenCommand.Run(options, Console.Out, Console.Error),
    ["erase", .. var options] => await EraseCommand.Run(options, Console.Out, Console.Error),
    ["rebuild-search", .. var options] => await RebuildSearchCommand.Run(options, Console.Out, Console.Error),
    ["health", .. var options] => await HealthCommand.Run(options),
    _ => await Service.Run(args),
};
