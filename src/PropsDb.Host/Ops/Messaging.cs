using JasperFx;
using Npgsql;
using Wolverine;
using Wolverine.Persistence.Durability;
using Wolverine.Postgresql;

namespace PropsDb.Host.Ops;

/// <summary>What must happen later and surely: messages that wait in the database for their instant, whoever is restarted until then.</summary>
/// <remarks>No write of a property passes through here, nor does any request wait for it.</remarks>
public static class Messaging
{
    public const string Schema = "propsdb_messages";

    private static readonly string Version = typeof(WolverineOptions).Assembly.GetName().Version!.ToString();

    public static void Configure(IServiceCollection services, Settings settings)
    {
        services.AddWolverine(ExtensionDiscovery.ManualOnly, options =>
        {
            Configure(options, s => s.GetRequiredService<NpgsqlDataSource>());
            options.Durability.Mode = settings.IsCluster ? DurabilityMode.Balanced : DurabilityMode.Solo;
        });
    }

    private static void Configure(WolverineOptions options, Func<IServiceProvider, NpgsqlDataSource> source)
    {
        options.ApplicationAssembly = typeof(Messaging).Assembly;
        // Handlers are classes of ours, named one by one: nothing is looked for, generated or compiled.
        options.Discovery.DisableConventionalDiscovery();
        options.CodeGeneration.TypeLoadMode = JasperFx.CodeGeneration.TypeLoadMode.Static;
        options.PersistMessagesWithPostgresqlUsingDataSourceFromContainer(source, Schema);
        // See Migrate.
        options.AutoBuildMessageStorageOnStartup = AutoCreate.None;
        options.Policies.UseDurableLocalQueues();
        options.Durability.ScheduledJobFirstExecution = TimeSpan.Zero;
        options.Durability.ScheduledJobPollingTime = TimeSpan.FromSeconds(1);
        options.Durability.DurabilityMetricsEnabled = false;
    }

    /// <summary>Brings the tables of messages up to date, as the role that owns them.</summary>
    /// <param name="runtimeRole">The role that the service works as, where it is another.</param>
    public static async Task Migrate(NpgsqlDataSource owner, string? runtimeRole, CancellationToken cancel)
    {
        // Finding out what is missing takes 250 questions; the schema itself says who has answered them.
        await using var asking = owner.CreateCommand($"SELECT obj_description(to_regnamespace('{Schema}'), 'pg_namespace')");
        if (await asking.ExecuteScalarAsync(cancel) as string != Version)
        {
            var services = new ServiceCollection().AddLogging().AddWolverine(ExtensionDiscovery.ManualOnly, options => Configure(options, _ => owner));
            await using var provider = services.BuildServiceProvider();
            await provider.GetRequiredService<IMessageStore>().Admin.MigrateAsync(AutoCreate.CreateOrUpdate);
            await using var answering = owner.CreateCommand($"COMMENT ON SCHEMA {Schema} IS '{Version}'");
            await answering.ExecuteNonQueryAsync(cancel);
        }
        if (runtimeRole is null) return;
        using var quoting = new NpgsqlCommandBuilder();
        var role = quoting.QuoteIdentifier(runtimeRole);
        await using var grant = owner.CreateCommand($"""
            GRANT USAGE ON SCHEMA {Schema} TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {Schema} TO {role};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA {Schema} TO {role};
            """);
        await grant.ExecuteNonQueryAsync(cancel);
    }
}
