using System.Security.Cryptography;
using PropsDb.Host.Ops.OpenApi;
using Scalar.AspNetCore;

namespace PropsDb.Host.Ops;

/// <summary><c>/docs</c>: a page to read the API's description on and to try it, served from here alone.</summary>
public static class ApiPage
{
    public const string Path = "/docs";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapScalarApiReference(Path, (page, http) =>
    {
        // Its start is an inline script, which this one answer allows by a number that nobody can guess.
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        page.WithTitle("PropsDB").WithOpenApiRoutePattern(ApiDescription.Route.Pattern).WithNonce(nonce);
        // Nothing is loaded from elsewhere, and nothing sent there.
        page.DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp();
        page.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
            "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    });
}
