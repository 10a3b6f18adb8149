using Microsoft.Extensions.Logging.Abstractions;
using PropsDb.Projections;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Ops;

/// <summary>
/// <c>rebuild-search</c>: makes every row of the search index anew out of the events. Where the service runs, it goes on answering, and its leading
/// node does the work; else this command does.
/// </summary>
public static class RebuildSearchCommand
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var options = CommandOptions.Parse(args, "rebuild-search");
            await using var database = await OwnedDatabase.Open(options.Settings, TimeProvider.System, CancellationToken.None);
            await SearchIndex.AskForRebuild(database.Source, CancellationToken.None);
            await using var queue = new CommitQueue(database.Source, NullLogger<CommitQueue>.Instance);
            await using var apps = await AppDirectory.Open(database.Source, listens: false, NullLogger<AppDirectory>.Instance, CancellationToken.None);
            var documents = new DocumentReader(database.Source, new DocumentLookup(database.Source), new EventReader(database.Source));
            await using var projector = new SearchProjector(
                database.Source, queue, documents, apps, new SearchProgress(database.Source, queue), TimeProvider.System, NullLogger<SearchProjector>.Instance);
            projector.Start();
            while (await SearchIndex.IsRebuilding(database.Source, CancellationToken.None)) await Task.Delay(Look);
            await output.WriteLineAsync("The search index is made anew.");
            return 0;
        }
        catch (Exception e) when (StartFailure.Of(e) is { } failure)
        {
            await errors.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
    }
}
