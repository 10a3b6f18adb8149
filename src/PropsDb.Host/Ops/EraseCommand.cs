using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.Events.Values;
using PropsDb.Projections;
using PropsDb.Projections.Audit;

namespace PropsDb.Host.Ops;

/// <summary>
/// <c>erase --app default --tier user --owner alice --document settings --path /ui/theme</c>: takes a property's former values out of the
/// database for good, as the role that owns the schema.
/// </summary>
public static class EraseCommand
{
    private const string Usage = "erase [--app APP] --tier TIER [--owner USER] --document NAME --path /COLLECTION/PROPERTY [--version N]";
    private const int Refused = 1;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var options = CommandOptions.Parse(args, Usage, "app", "tier", "owner", "document", "path", "version");
            var key = new DocumentKey(options.One("app") ?? options.Settings.App, options.Required("tier"), options.One("owner"), options.Required("document"));
            if (!JsonPointer.TryParse(options.Required("path"), out var pointer) || pointer.Tokens is not [var collection, var property]
                || PropertyPath.TryCreate(collection, property, out var path) is not null) throw options.Bad("--path names a property");
            long? version = options.One("version") is not { } text ? null : Http.Versions.TryParse(text, out var number) ? number : throw options.Bad("--version is a document's version");
            var (code, message) = Told(await Erase(options.Settings, key, path, version));
            await (code == 0 ? output : errors).WriteLineAsync(message);
            return code;
        }
        catch (Exception e) when (StartFailure.Of(e) is { } failure)
        {
            await errors.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
    }

    private static async Task<ErasureOutcome> Erase(Settings settings, DocumentKey key, PropertyPath path, long? version)
    {
        await using var database = await OwnedDatabase.Open(settings, TimeProvider.System, CancellationToken.None);
        // What is committed must be in the chain before anything of it is erased, and the service may not be running.
        await using var queue = new CommitQueue(database.Source, NullLogger<CommitQueue>.Instance);
        await using var projector = new AuditProjector(database.Source, queue, TimeProvider.System, NullLogger<AuditProjector>.Instance);
        projector.Start();
        await new AuditLog(database.Source).CatchUp(CancellationToken.None);
        return await new Erasure(database.Source, TimeProvider.System).Erase(key, path, version, CancellationToken.None);
    }

    private static (int Code, string Message) Told(ErasureOutcome outcome) => outcome switch
    {
        ErasureOutcome.Erased { Versions: [] } => (Refused, "There is no former value of this property."),
        ErasureOutcome.Erased erased => (0, $"Erased, as set in version {string.Join(", ", erased.Versions)}."),
        ErasureOutcome.Current => (Refused, "This is the property's value now. Delete it, or give it another, and erase it then."),
        _ => (Refused, "The audit chain is not as far as this document's last events. Try again in a moment."),
    };
}
