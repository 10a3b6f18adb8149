using PropsDb.Host.Ops;

return args is ["token", .. var options] ? TokenCommand.Run(options, Console.Out, Console.Error) : await Service.Run(args);
