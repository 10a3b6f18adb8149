using PropsDb.Events.Apps;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Access;

/// <summary>The apps that there are, in memory: no request asks the database who may do what.</summary>
public sealed class AppCatalog(Settings settings)
{
    private readonly App _default = App.WithDefaultTiers(settings.App, settings.App);

    public App? Find(string id) => string.Equals(id, _default.Id, StringComparison.Ordinal) ? _default : null;
}
