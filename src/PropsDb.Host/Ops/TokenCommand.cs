using System.Globalization;
using PropsDb.Events.Values;
using PropsDb.Host.Access;

namespace PropsDb.Host.Ops;

/// <summary><c>token --user alice --role admin --app default --expires 1h</c>: prints a token for the service's own secret.</summary>
public static class TokenCommand
{
    private const string Usage = "token --user NAME [--role ROLE]… [--app APP]… [--expires 90s|30m|1h|7d]";

    private const long MaxSeconds = 3653L * 86_400;

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var options = Parse(args, out var rest);
            var settings = Settings.Read(new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(rest).Build());
            if (settings.HasOwnIssuer) throw new SettingsException("Tokens come from the configured issuer; this service makes none.");
            var user = options["user"] is [var name] && Names.IsUserId(name) ? name : throw new SettingsException($"Name one user: {Usage}");
            var apps = options["app"] is { Count: > 0 } named ? named : [settings.App];
            if (apps.Find(app => app is not "*" && !Names.IsAppId(app)) is { } bad) throw new SettingsException($"'{bad}' is no app's id: {Usage}");
            var expires = TimeProvider.System.GetUtcNow() + Duration(options["expires"] is [.., var last] ? last : "1h");
            output.WriteLine(Tokens.Issue(Secrets.Open(settings).JwtSecret, user, options["role"], apps, expires));
            return 0;
        }
        catch (SettingsException e)
        {
            errors.WriteLine(e.Message);
            return ExitCodes.BadSettings;
        }
    }

    // Options of the command, and settings of the service as --PROPSDB:NAME=VALUE.
    private static Dictionary<string, List<string>> Parse(string[] args, out string[] rest)
    {
        var options = new Dictionary<string, List<string>>(StringComparer.Ordinal) { ["user"] = [], ["role"] = [], ["app"] = [], ["expires"] = [] };
        var others = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--", StringComparison.Ordinal) && options.TryGetValue(args[i][2..], out var values))
                values.Add(++i < args.Length && !args[i].StartsWith("--", StringComparison.Ordinal) ? args[i] : throw new SettingsException($"{args[i - 1]} needs a value: {Usage}"));
            // A mistyped option must not give a token with less, or more, than was meant.
            else if (args[i].StartsWith("--PROPSDB", StringComparison.OrdinalIgnoreCase)) others.Add(args[i]);
            else throw new SettingsException($"{args[i]} is no option: {Usage}");
        }
        rest = [.. others];
        return options;
    }

    private static TimeSpan Duration(string text)
    {
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            var seconds = count * text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
            if (seconds is > 0 and <= MaxSeconds) return TimeSpan.FromSeconds(seconds);
        }
        throw new SettingsException($"--expires is a number with s, m, h or d, at most ten years: {Usage}");
    }
}
