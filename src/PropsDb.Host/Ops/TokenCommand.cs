using System.Globalization;
using PropsDb.Host.Access;

namespace PropsDb.Host.Ops;

/// <summary><c>token --user alice --role admin --app default --expires 1h</c>: prints a token for the service's own secret.</summary>
public static class TokenCommand
{
    private const string Usage = "token --user NAME [--role ROLE]… [--app APP]… [--expires 90s|30m|1h|7d]";

    public static int Run(string[] args)
    {
        try
        {
            var options = Parse(args, out var rest);
            var settings = Settings.Read(new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(rest).Build());
            if (settings.HasOwnIssuer) throw new SettingsException("Tokens come from the configured issuer; this service makes none.");
            var user = options["user"] is [var name] ? name : throw new SettingsException($"Name one user: {Usage}");
            var apps = options["app"] is { Count: > 0 } named ? named : [settings.App];
            var expires = TimeProvider.System.GetUtcNow() + Duration(options["expires"] is [.., var last] ? last : "1h");
            Console.WriteLine(Tokens.Issue(Secrets.Open(settings).JwtSecret, user, options["role"], apps, expires));
            return 0;
        }
        catch (SettingsException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.BadSettings;
        }
    }

    // Options of the command; whatever else stands on the line sets the service's settings.
    private static Dictionary<string, List<string>> Parse(string[] args, out string[] rest)
    {
        var options = new Dictionary<string, List<string>>(StringComparer.Ordinal) { ["user"] = [], ["role"] = [], ["app"] = [], ["expires"] = [] };
        var others = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--", StringComparison.Ordinal) && options.TryGetValue(args[i][2..], out var values))
                values.Add(++i < args.Length ? args[i] : throw new SettingsException($"{args[i - 1]} needs a value: {Usage}"));
            else others.Add(args[i]);
        }
        rest = [.. others];
        return options;
    }

    private static TimeSpan Duration(string text)
    {
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            switch (text[^1])
            {
                case 's': return TimeSpan.FromSeconds(count);
                case 'm': return TimeSpan.FromMinutes(count);
                case 'h': return TimeSpan.FromHours(count);
                case 'd': return TimeSpan.FromDays(count);
            }
        }
        throw new SettingsException($"--expires is a number with s, m, h or d: {Usage}");
    }
}
