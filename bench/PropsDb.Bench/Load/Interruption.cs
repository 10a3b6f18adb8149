using System.Runtime.InteropServices;

namespace PropsDb.Bench.Load;

/// <summary>Whoever stops a run must not be left with its servers: the loops end by an exception, and what was started is stopped on the way out.</summary>
public static class Interruption
{
    private static volatile bool _isRequested;
    private static PosixSignalRegistration[] _registrations = [];

    public static void Watch() => _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _isRequested = true;
    }))];

    public static void Check()
    {
        if (_isRequested) throw new OperationCanceledException("The run was stopped.");
    }
}
