using PropsDb.Host.Ops;

return args switch
{
    ["token", .. var options] => TokenCommand.Run(options),
    ["health", .. var options] => await HealthCommand.Run(options),
    _ => await Service.Run(args),
};
