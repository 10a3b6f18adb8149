using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;
using PropsDb.EmbeddedPostgres.Running;

namespace PropsDb.EmbeddedPostgres.Sources;

/// <summary>A container named after the data directory. Its data is in a volume of the same name, so the container itself can be thrown away.</summary>
internal sealed class DockerEngine(string docker, ILogger logger)
{
    private readonly string program = docker;

    public const string Image = "postgres:17";

    public static async Task<DockerEngine?> Find(Surroundings surroundings, ILogger logger, CancellationToken cancel)
    {
        if (surroundings.Find("docker") is not { } docker) return null;
        var version = await new Command(docker, "version", "--format", "{{.Server.Version}}") { Bound = TimeSpan.FromSeconds(5) }.Run(cancel);
        return version.Succeeded ? new DockerEngine(docker, logger) : null;
    }

    public static string NameFor(DataDirectory directory) =>
        $"propsdb-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory.Root)))[..12]}";

    public async Task<IRunningServer> Start(DataDirectory directory, string password, PostgresOptions options, CancellationToken cancel)
    {
        // The name is kept, not computed again: a data directory that is moved keeps its volume.
        if (!directory.IsKeptInDocker) PrivateFile.Write(directory.ContainerName, NameFor(directory));
        var name = await File.ReadAllTextAsync(directory.ContainerName, cancel);
        var adopted = await IsRunning(name, cancel);
        if (!adopted)
        {
            logger.LogInformation("Starting {Image} as container {Name}; the first time, Docker fetches the image.", Image, name);
            await new Command(program, "rm", "--force", name).Run(cancel);      // a stopped one would keep its old port and settings
            await Docker([.. RunArguments(name), .. ServerSettings.AsArguments(options)], password, cancel);
        }

        var process = await Docker(["inspect", "--format", "{{.State.Pid}}", name], password: null, cancel);
        var published = await Docker(["port", name, "5432/tcp"], password: null, cancel);
        return new Container(this, name, PortIn(published), int.Parse(process, CultureInfo.InvariantCulture), adopted);
    }

    internal static IReadOnlyList<string> RunArguments(string name) =>
    [
        "run", "--detach", "--name", name, "--volume", $"{name}:/var/lib/postgresql/data", "--publish", "127.0.0.1::5432", "--shm-size", "256m",
        "--env", "POSTGRES_PASSWORD",       // named only: docker takes the value from its environment, not from a command line that all can read
        "--env", $"POSTGRES_USER={Cluster.SuperUser}",
        "--env", "POSTGRES_INITDB_ARGS=--encoding=UTF8 --no-locale --data-checksums --auth-host=scram-sha-256 --auth-local=scram-sha-256",
        Image, "postgres",
    ];

    internal static int PortIn(string published) =>
        int.Parse(published.Split('\n')[0].Split(':')[^1].Trim(), CultureInfo.InvariantCulture);

    private async Task<bool> IsRunning(string name, CancellationToken cancel) =>
        await new Command(program, "inspect", "--format", "{{.State.Running}}", name).Run(cancel) is { Succeeded: true, Output: "true" };

    private async Task<string> Docker(IReadOnlyList<string> arguments, string? password, CancellationToken cancel)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        if (password is not null) environment["POSTGRES_PASSWORD"] = password;
        var result = await new Command(program, arguments) { Environment = environment, Bound = TimeSpan.FromMinutes(10) }.Run(cancel);
        return result.Succeeded ? result.Output : throw new PostgresStartException($"docker {arguments[0]} failed:\n{result.Output}");
    }

    private sealed class Container(DockerEngine engine, string name, int port, int process, bool adopted) : IRunningServer
    {
        public string Host => "127.0.0.1";
        public int Port => port;
        public int ProcessId => process;
        public bool WasAdopted => adopted;

        public async Task<string> LastLines(CancellationToken cancel) => (await new Command(engine.program, "logs", "--tail", "12", name).Run(cancel)).Output;

        // The image's stop signal is SIGINT: a fast shutdown.
        public Task Stop(CancellationToken cancel) => engine.Docker(["stop", "--time", "60", name], password: null, cancel);
    }
}
