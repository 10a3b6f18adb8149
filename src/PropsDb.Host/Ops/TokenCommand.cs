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
            var options = CommandOptions.Parse(args, Usage, "user", "role", "app", "expires");
            var settings = options.Settings;
            if (settings.HasOwnIssuer) throw new SettingsException("Tokens come from the configured issuer; this service makes none.");
            var user = options["user"] is [var name] && Names.IsUserId(name) ? name : throw new SettingsException($"Name one user: {Usage}");
            IReadOnlyList<string> apps = options["app"] is { Count: > 0 } named ? named : [settings.App];
            if (apps.FirstOrDefault(app => app is not "*" && !Names.IsAppId(app)) is { } bad) throw new SettingsException($"'{bad}' is no app's id: {Usage}");
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
