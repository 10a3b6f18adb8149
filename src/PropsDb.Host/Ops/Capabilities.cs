using System.Reflection;
using PropsDb.Host.Documents;
using PropsDb.Host.Http;

namespace PropsDb.Host.Ops;

/// <summary><c>/</c>: what runs here, where to read on, and the limits in force.</summary>
public static class Capabilities
{
    public static ServiceRoute Route { get; } = new("/", "getCapabilities", "What runs here: versions, links, limits in force.", Handle);

    /// <summary>Without the build's commit, which is nobody's business.</summary>
    public static string Version { get; } = (typeof(Capabilities).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    private static Task Handle(HttpContext http)
    {
        var settings = http.RequestServices.GetRequiredService<Settings>();
        return Reply.Send(http, 200, Json.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("product", "PropsDB");
            writer.WriteString("version", Version);
            writer.WriteStartArray("api_versions");
            writer.WriteStringValue("v1");
            writer.WriteEndArray();
            writer.WriteStartObject("links");
            writer.WriteString("api", "/api/v1");
            writer.WriteString("openapi", "/openapi/v1.json");
            writer.WriteString("docs", ApiPage.Path + "/");
            writer.WriteString("live", "/health/live");
            writer.WriteString("ready", "/health/ready");
            writer.WriteEndObject();
            writer.WriteStartObject("limits");
            writer.WriteNumber("request_bytes", settings.Limits.MaxRequestBytes);
            writer.WriteNumber("document_bytes", settings.Limits.MaxDocumentBytes);
            writer.WriteNumber("value_depth", settings.Limits.MaxValueDepth);
            writer.WriteNumber("value_elements", settings.Limits.MaxValueElements);
            writer.WriteNumber("properties", settings.Limits.MaxProperties);
            writer.WriteNumber("operations", settings.Limits.MaxOperations);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }), "application/json");
    }
}
