using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PropsDb.EmbeddedPostgres.Processes;

/// <summary>What the class library cannot do: signal another process, flush a directory, read a file that .NET holds locked.</summary>
internal static partial class Unix
{
    public const int Interrupt = 2, Quit = 3;

    public static void Signal(int process, int signal)
    {
        const int noSuchProcess = 3;        // gone already, which is what the caller wants
        if (SendSignal(process, signal) != 0 && Marshal.GetLastPInvokeError() != noSuchProcess) throw Failure($"signal to process {process}");
    }

    /// <summary>A rename is durable only once its directory is.</summary>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;        // NTFS journals the rename
        using var handle = OpenForRead(path);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Every .NET open takes a flock of its own, so a file locked by FileShare.None can only be read past the class library.</summary>
    public static string ReadLocked(string path)
    {
        using var handle = OpenForRead(path);
        var buffer = new byte[64];
        var length = RandomAccess.Read(handle, buffer, 0);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    public static string RealPath(string path)
    {
        if (OperatingSystem.IsWindows()) return Path.GetFullPath(path);
        var buffer = new byte[4096];                    // PATH_MAX
        if (ResolvePath(path, buffer) == 0) throw Failure(path);
        return Encoding.UTF8.GetString(buffer, 0, Array.IndexOf(buffer, (byte)0));
    }

    private static SafeFileHandle OpenForRead(string path)
    {
        var descriptor = Open(path, 0);
        if (descriptor < 0) throw Failure(path);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static IOException Failure(string path) => new($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, [Out] byte[] resolved);
}
