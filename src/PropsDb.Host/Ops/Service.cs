using Npgsql;
using PropsDb.EmbeddedPostgres;
using PropsDb.Host.Access;
using PropsDb.Host.Changes;
using PropsDb.Host.Documents;
using PropsDb.Host.Expiring;
using PropsDb.Host.Http;
using PropsDb.Host.Legacy;
using PropsDb.Host.Webhooks;
using PropsDb.Projections;
using PropsDb.Projections.Changes;
using PropsDb.Projections.Audit;
using PropsDb.Projections.Search;

namespace PropsDb.Host.Ops;

/// <summary>The service from its settings to its stop.</summary>
public static class Service
{
    public static async Task<int> Run(string[] args)
    {
        try
        {
            await using var app = await Start(args, TimeProvider.System);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (StartFailure.Of(e) is { } failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
    }

    /// <summary>Starts the service and returns once it answers. Disposing the application stops everything that was started here.</summary>
    public static async Task<WebApplication> Start(string[] args, TimeProvider time)
    {
        // Always as in production: a developer's environment must not bring pages with stack traces, or looser checks.
        // And settings are read once: who looks for changes of their file is woken by whatever is written below the directory, a database's files too.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false", .. args], EnvironmentName = Environments.Production });
        Logs.AddDefaults(builder.Configuration);
        Logs.Configure(builder.Logging, builder.Configuration);
        var settings = Settings.Read(builder.Configuration);
        Web.Configure(builder, settings);
        using var logs = LoggerFactory.Create(logging => Logs.Configure(logging, builder.Configuration));
        var secrets = Secrets.Open(settings);
        // The database opens while the rest is set up.
        var opening = Task.Run(() => Store.Open(settings, logs, time, CancellationToken.None));
        builder.Services.AddSingleton(settings).AddSingleton(secrets).AddSingleton(time).AddSingleton(settings.Limits);
        // An orchestrator kills after ten seconds: requests under way get the first of them, the commits and the database the rest.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4));
        AddDocuments(builder.Services, settings);
        Live.Add(builder.Services);
        builder.Services.AddLegacy();
        Messaging.Add(builder.Services, settings);
        ExpiryMessages.Add(builder.Services);
        builder.Services.AddWebhooks(settings);

        var store = await opening;
        var apps = await AppDirectory.Open(store.Source, settings.IsCluster, logs.CreateLogger<AppDirectory>(), CancellationToken.None);
        // Made by factories, so that the container closes them, in the reverse order, when the application stops.
        builder.Services.AddSingleton(_ => store).AddSingleton(_ => apps);
        // Not the container's to close: the store closes them itself, after all that works with them.
        builder.Services.AddSingleton(store.Source).AddSingleton(store.Seal).AddSingleton(store.Search);

        var app = builder.Build();
        // First, so that it is closed last: whatever else is closed works with it until then.
        app.Services.GetRequiredService<Store>();
        app.Services.GetRequiredService<CommitQueue>();
        var (audit, index, views) = (app.Services.GetRequiredService<AuditProjector>(), app.Services.GetRequiredService<SearchProjector>(), app.Services.GetRequiredService<DocumentViews>());
        store.LockRegained = app.Services.GetRequiredService<DocumentCache>().Clear;
        await DefaultApp.Register(app.Services, settings);
        app.Services.GetRequiredService<ChangeFeed>().Start(settings.IsCluster ? store.Source : null);
        Web.Use(app);
        Live.Map(app);
        app.MapLegacy();
        ServiceRoute.Map(app);
        ApiPage.Map(app);
        await app.StartAsync();
        // What is behind the commits can wait until requests are answered, and its first rounds are much to compile.
        audit.Start();
        index.Start();
        views.Start();
        Banner.Print(app, settings, store);
        await store.WarnOfUnsafeSettings(app.Logger, CancellationToken.None);
        return app;
    }

    private static void AddDocuments(IServiceCollection services, Settings settings)
    {
        services.AddSingleton<CommitsUnderWay>().AddSingleton<AfterCommit>().AddSingleton(made => new CommitQueue(
            made.GetRequiredService<Store>().Brief, made.GetRequiredService<ILogger<CommitQueue>>(), made.GetRequiredService<AfterCommit>(),
            made.GetRequiredService<CommitsUnderWay>(), notifies: settings.IsCluster));
        services.AddSingleton(made =>
        {
            var store = made.GetRequiredService<Store>();
            return new DocumentCache(settings.CacheBytes, () => store.IsAlone);
        });
        if (!settings.IsCluster) services.AddSingleton<UnviewedDocuments>();
        services.AddSingleton<DocumentViews>();
        services.AddSingleton<EventReader>();
        services.AddSingleton(made => new DocumentLookup(made.GetRequiredService<Store>().Brief)).AddSingleton<DocumentReader>().AddSingleton<TouchingEvents>();
        services.AddSingleton<DocumentHistory>().AddSingleton<CommitsToUndo>();
        services.AddSingleton<Receipts>().AddSingleton<DeviceSequences>().AddSingleton<ConflictLog>().AddSingleton<Idempotency>();
        services.AddSingleton<AuditProjector>().AddSingleton<AuditLog>().AddSingleton<AuditVerification>();
        services.AddSingleton<ChangeReader>().AddSingleton<ChangeFeed>().AddSingleton<DocumentVersions>().AddSingleton<Snapshots>().AddSingleton<Follower>();
        services.AddSingleton(made => new FeedRetention(
            made.GetRequiredService<NpgsqlDataSource>(), made.GetRequiredService<ChangeReader>(), made.GetRequiredService<TimeProvider>(), settings.FeedRetention));
        services.AddHostedService<Housekeeping>();
        services.AddSingleton<DocumentStreams>();
        services.AddSingleton<SearchProgress>().AddSingleton<SearchProjector>();
        services.AddSingleton<DocumentLists>().AddSingleton<DocumentQueries>().AddSingleton<TextSearch>().AddSingleton<Aggregates>();
        services.AddSingleton<AppStreams>().AddSingleton<AppHistory>().AddSingleton<KeyUses>().AddSingleton<Tokens>();
        services.AddSingleton<Members>().AddHostedService(made => made.GetRequiredService<Members>());
    }
}
