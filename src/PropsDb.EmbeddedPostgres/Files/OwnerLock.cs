using System.Globalization;
using System.Text;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Files;

/// <summary>One host per data directory. The kernel drops the lock of a host that dies, however it dies.</summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream held;

    private OwnerLock(FileStream held) => this.held = held;

    public static OwnerLock Take(DataDirectory directory)
    {
        FileStream stream;
        try
        {
            stream = PrivateFile.Open(directory.Lock, FileMode.OpenOrCreate);       // nobody else may open it, and so hold it
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new DataDirectoryInUseException(directory.Root, OwnerOf(directory));
        }

        stream.SetLength(0);
        stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        stream.Flush();
        return new OwnerLock(stream);
    }

    public void Dispose() => held.Dispose();      // the file stays: deleting it would let two hosts lock two files of one name

    // EWOULDBLOCK on Linux and on macOS, a sharing violation on Windows; anything else is no owner but a broken disk.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static int? OwnerOf(DataDirectory directory) =>
        !OperatingSystem.IsWindows() && int.TryParse(Unix.ReadLocked(directory.Lock), CultureInfo.InvariantCulture, out var owner) ? owner : null;
}
