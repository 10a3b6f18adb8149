namespace PropsDb.Host.Ops;

/// <summary>What stands behind a command: its own options, and settings of the service as <c>--PROPSDB:NAME=VALUE</c>.</summary>
public sealed class CommandOptions
{
    private readonly string _usage;
    private readonly Dictionary<string, List<string>> _values;

    private CommandOptions(string usage, IEnumerable<string> names) => (_usage, _values) = (usage, names.ToDictionary(n => n, _ => new List<string>(), StringComparer.Ordinal));

    public IReadOnlyList<string> this[string name] => _values[name];

    public Settings Settings { get; private set; } = null!;

    /// <exception cref="SettingsException">An option is unknown, or lacks its value: a mistyped one must not do less, or more, than was meant.</exception>
    public static CommandOptions Parse(string[] args, string usage, params string[] names)
    {
        var options = new CommandOptions(usage, names);
        var rest = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--", StringComparison.Ordinal) && options._values.TryGetValue(args[i][2..], out var values))
                values.Add(++i < args.Length && !args[i].StartsWith("--", StringComparison.Ordinal) ? args[i] : throw options.Bad($"{args[i - 1]} needs a value"));
            else if (args[i].StartsWith("--PROPSDB", StringComparison.OrdinalIgnoreCase)) rest.Add(args[i]);
            else throw options.Bad($"{args[i]} is no option");
        }
        options.Settings = Settings.Read(new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine([.. rest]).Build());
        return options;
    }

    /// <summary>The value of an option that may stand once; null where it does not.</summary>
    public string? One(string name) => _values[name] switch
    {
        [] => null,
        [var value] => value,
        _ => throw Bad($"--{name} stands more than once"),
    };

    public string Required(string name) => One(name) ?? throw Bad($"--{name} is missing");

    public SettingsException Bad(string what) => new($"{what}: {_usage}");
}
