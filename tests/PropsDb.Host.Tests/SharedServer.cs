// One service for all tests that need no settings of their own and do not move its clock. Each test works with a new user or new names.
[assembly: AssemblyFixture(typeof(PropsDb.Host.Tests.PropsDbServer))]
[assembly: Xunit.v3.TestPipelineStartup(typeof(PropsDb.Testing.TestRun))]
