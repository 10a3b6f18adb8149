using Xunit.Sdk;
using Xunit.v3;

namespace PropsDb.Testing;

/// <summary>
/// Stops the process's server when all tests and fixtures are done. Not at the process's exit: there xUnit gives eleven seconds, and takes
/// a process that is longer at removing two gigabytes of databases for a hanging one.
/// </summary>
public sealed class TestRun : ITestPipelineStartup
{
    public ValueTask StartAsync(IMessageSink diagnosticMessageSink) => default;

    public async ValueTask StopAsync() => await TestPostgres.Stop();
}
