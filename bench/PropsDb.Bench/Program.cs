using PropsDb.Bench;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;

if (args is not ["bare", ..]) Interruption.Watch();
try
{
    return args switch
    {
        ["bare", var connectionString] => await BareServer.Run(connectionString),
        ["check", ..] => await Check.Run(),
        ["growth", .. var options] => await Run.All(Options.Parse(options), growth: true),
        _ => await Run.All(Options.Parse(args), growth: false),
    };
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync($"\nFAILED: {e.Message}");
    return 1;
}
catch (OperationCanceledException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 130;
}
