using PropsDb.Bench;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;

try
{
    return args switch
    {
        ["bare", var connectionString] => await BareServer.Run(connectionString),
        ["check"] => await Check.Run(),
        _ => await Run.All(Options.Parse(args)),
    };
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync($"\nFAILED: {e.Message}");
    return 1;
}
