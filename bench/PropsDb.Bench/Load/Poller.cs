using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PropsDb.Bench.Load;

/// <summary>
/// Waits for many sockets on one thread (epoll). .NET's own asynchronous sockets hop over the thread pool for each answer, and the generator
/// would take from the measured service the cores that it measures.
/// </summary>
public sealed partial class Poller : IDisposable
{
    private const int CloseOnExec = 0x80000, Add = 1, Readable = 1, Batch = 512;

    // struct epoll_event is packed on x86-64 and nowhere else.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int Stride = IsPacked ? 12 : 16, DataAt = IsPacked ? 4 : 8;

    private readonly SafeFileHandle _epoll;
    private readonly byte[] _events = new byte[Batch * 16];

    public Poller()
    {
        var descriptor = Create(CloseOnExec);
        _epoll = descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new BenchException($"epoll: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>From now on <see cref="Wait"/> names it by this number while it has something to read.</summary>
    public void Watch(Socket socket, int number)
    {
        Span<byte> wanted = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(wanted, Readable);
        BinaryPrimitives.WriteInt32LittleEndian(wanted[DataAt..], number);
        if (Control((int)_epoll.DangerousGetHandle(), Add, (int)socket.Handle, wanted) != 0) throw new BenchException($"epoll: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <returns>How many sockets are ready; <see cref="Ready"/> names them.</returns>
    public int Wait(int milliseconds)
    {
        Interruption.Check();
        return Math.Max(0, WaitFor((int)_epoll.DangerousGetHandle(), _events, Batch, milliseconds));     // below 0: a signal
    }

    public int Ready(int index) => BinaryPrimitives.ReadInt32LittleEndian(_events.AsSpan(index * Stride + DataAt));

    public void Dispose() => _epoll.Dispose();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitFor(int epoll, [Out] byte[] events, int most, int milliseconds);
}

/// <summary>Something did not work, so no figure is worth anything: the run fails.</summary>
public sealed class BenchException(string message) : Exception(message);
