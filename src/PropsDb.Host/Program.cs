using PropsDb.Host.Ops;

return args is ["token", .. var options] ? TokenCommand.Run(options) : await Service.Run(args);
