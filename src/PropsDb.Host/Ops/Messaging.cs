using JasperFx;
using JasperFx.CodeGeneration;
using Npgsql;
using PropsDb.Projections;
using Wolverine;
using Wolverine.Persistence.Durability;
using Wolverine.Postgresql;
using Wolverine.Runtime;

namespace PropsDb.Host.Ops;

/// <summary>
/// What must happen later and surely: messages that wait in the database for their instant, whoever is restarted until then. No write of a
/// property passes through here, and no request waits for it.
/// </summary>
public static class Messaging
{
    public const string Schema = "propsdb_messages";

    /// <summary>Of this release of Wolverine.</summary>
    public static SchemaMark Mark { get; } = new(Schema, typeof(WolverineOptions).Assembly.GetName().Version!.ToString());

    public static void Add(IServiceCollection services, Settings settings)
    {
        var before = services.Count;
        services.AddWolverine(ExtensionDiscovery.ManualOnly, options =>
        {
            Configure(options, provider => provider.GetRequiredService<NpgsqlDataSource>());
            options.Durability.Mode = settings.IsCluster ? DurabilityMode.Balanced : DurabilityMode.Solo;
        });
        // To make it takes a tenth of a second, for which no request has to wait either.
        services.AddSingleton(provider => new Lazy<IWolverineRuntime>(provider.GetRequiredService<IWolverineRuntime>));
        var hosted = services.Skip(before).Where(service => service.ServiceType == typeof(IHostedService)).ToList();
        foreach (var service in hosted) services.Remove(service);
        services.AddHostedService(provider => new StartedLast(() => hosted.ConvertAll(service => (IHostedService)service.ImplementationFactory!(provider))));
    }

    private static void Configure(WolverineOptions options, Func<IServiceProvider, NpgsqlDataSource> source)
    {
        options.ApplicationAssembly = typeof(Messaging).Assembly;
        // Handlers are objects that name themselves: nothing is looked for, generated or compiled.
        options.Discovery.DisableConventionalDiscovery();
        options.CodeGeneration.TypeLoadMode = TypeLoadMode.Static;
        options.PersistMessagesWithPostgresqlUsingDataSourceFromContainer(source, Schema);
        options.AutoBuildMessageStorageOnStartup = AutoCreate.None;
        options.Policies.UseDurableLocalQueues();
        options.Durability.ScheduledJobFirstExecution = TimeSpan.Zero;
        options.Durability.ScheduledJobPollingTime = TimeSpan.FromSeconds(1);
        options.Durability.DurabilityMetricsEnabled = false;
        // What a node had taken when it died is carried on by another once that is known of it: a minute and more, by the defaults.
        options.Durability.HealthCheckPollingTime = TimeSpan.FromSeconds(2);
        options.Durability.NodeReassignmentPollingTime = TimeSpan.FromSeconds(2);
        options.Durability.StaleNodeTimeout = TimeSpan.FromSeconds(8);
    }

    /// <summary>Brings the tables of messages up to date, as the role that owns them.</summary>
    /// <param name="runtimeRole">The role that the service works as, where it is another.</param>
    public static async Task Migrate(NpgsqlDataSource owner, string? runtimeRole, CancellationToken cancel)
    {
        if (await Mark.IsSet(owner, runtimeRole, cancel)) return;
        var services = new ServiceCollection().AddLogging().AddWolverine(ExtensionDiscovery.ManualOnly, options => Configure(options, _ => owner));
        await using (var provider = services.BuildServiceProvider()) await provider.GetRequiredService<IMessageStore>().Admin.MigrateAsync(AutoCreate.CreateOrUpdate);
        if (runtimeRole is not null) await Grant(owner, runtimeRole, cancel);
        await Mark.Set(owner, runtimeRole, cancel);
    }

    private static async Task Grant(NpgsqlDataSource owner, string runtimeRole, CancellationToken cancel)
    {
        using var quoting = new NpgsqlCommandBuilder();
        var role = quoting.QuoteIdentifier(runtimeRole);
        await using var grant = owner.CreateCommand($"""
            GRANT USAGE ON SCHEMA {Schema} TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {Schema} TO {role};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA {Schema} TO {role};
            """);
        await grant.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Starts when requests are answered already, since none of them waits for a message.</summary>
    private sealed class StartedLast(Func<IReadOnlyList<IHostedService>> services) : IHostedLifecycleService
    {
        private readonly Stack<IHostedService> _started = [];

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StartedAsync(CancellationToken cancellationToken)
        {
            foreach (var service in services())
            {
                _started.Push(service);
                await service.StartAsync(cancellationToken);
            }
        }

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            while (_started.TryPop(out var service)) await service.StopAsync(cancellationToken);
        }

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
