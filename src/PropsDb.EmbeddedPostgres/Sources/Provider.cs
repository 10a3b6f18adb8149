using Microsoft.Extensions.Logging;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;
using PropsDb.EmbeddedPostgres.Running;

namespace PropsDb.EmbeddedPostgres.Sources;

/// <summary>The order in which a server is looked for: one that runs, configured binaries, installed ones, Docker, npm.</summary>
internal sealed class Provider(DataDirectory directory, PostgresOptions options, Surroundings surroundings, ILogger logger)
{
    public async Task<IRunningServer> Provide(string password, CancellationToken cancel)
    {
        if (await Postmaster.Adopt(directory, options.StartTimeout, logger, cancel) is { } adopted) return adopted;

        // Data stays where it is: a container's volume does not become an empty local cluster because binaries have been installed since.
        if (directory.IsKeptInDocker) return await InDocker(password, cancel);
        if (options.BinDirectory is { } configured) return await Locally(await Configured(configured, cancel), password, cancel);

        var installed = await InstalledBinaries.Find(surroundings, directory.Binaries, cancel);
        if (installed.FirstOrDefault(Fits) is { } binaries) return await Locally(binaries, password, cancel);
        if (!directory.HasCluster && await DockerEngine.Find(surroundings, logger, cancel) is { } docker) return await docker.Start(directory, password, options, cancel);
        return await Locally(await Fetched(installed, cancel), password, cancel);
    }

    private bool Fits(Binaries binaries) => !directory.HasCluster || directory.ClusterMajor == binaries.Major;

    private async Task<Binaries> Configured(string path, CancellationToken cancel)
    {
        var (binaries, problem) = await Binaries.Probe(Path.GetFullPath(path), cancel);
        if (binaries is null) throw PostgresUnavailableException.BadBinDirectory(path, problem);
        return Fits(binaries) ? binaries : throw PostgresUnavailableException.BadBinDirectory(path, $"they are version {binaries.Major}, the data in {directory.Cluster} is of version {directory.ClusterMajor}.");
    }

    private async Task<Binaries> Fetched(IReadOnlyList<Binaries> installed, CancellationToken cancel)
    {
        if (directory.HasCluster && directory.ClusterMajor != NpmBinaries.Major)
        {
            throw PostgresUnavailableException.NoneForCluster(directory.Cluster, directory.ClusterMajor, installed.Select(b => b.ToString()));
        }

        var (binaries, problem) = await NpmBinaries.Fetch(surroundings, directory, logger, cancel);
        return binaries ?? throw PostgresUnavailableException.NothingFound(problem);
    }

    private async Task<IRunningServer> InDocker(string password, CancellationToken cancel) =>
        await DockerEngine.Find(surroundings, logger, cancel) is { } docker
            ? await docker.Start(directory, password, options, cancel)
            : throw new PostgresUnavailableException($"The data of {directory.Root} is kept in a Docker volume, and no Docker engine is running. Start Docker.");

    private async Task<IRunningServer> Locally(Binaries binaries, string password, CancellationToken cancel)
    {
        logger.LogInformation("Using PostgreSQL {Binaries}.", binaries);
        var account = await Account.For(directory, cancel);
        if (!directory.HasCluster) await Cluster.Create(directory, binaries, account, password, options, logger, cancel);
        return await Postmaster.Start(directory, binaries, account, options, logger, cancel);
    }
}
