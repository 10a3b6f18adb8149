using System.Text;
using PropsDb.EmbeddedPostgres.Files;
using PropsDb.EmbeddedPostgres.Processes;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>
/// The server appends to one file. PostgreSQL's own rotation by size never deletes a file, so the host copies a full log to
/// <c>postgres.log.1</c> and empties it: at most two files of about the size given, while a host runs.
/// </summary>
internal sealed class ServerLog : IAsyncDisposable
{
    private const long FullAt = 10 << 20;
    private readonly Timer timer;

    public ServerLog(string path, TimeSpan? checkEvery = null, long fullAt = FullAt)
    {
        var every = checkEvery ?? TimeSpan.FromSeconds(30);
        timer = new Timer(_ => Rotate(path, fullAt), state: null, every, every);
    }

    /// <summary>Made by the host, so that the server's user cannot put a link in its place.</summary>
    public static async Task Prepare(DataDirectory directory, Account account, CancellationToken cancel)
    {
        if (!File.Exists(directory.Log)) PrivateFile.Write(directory.Log, "");
        await account.Own(directory.Log, cancel);
        Rotate(directory.Log, FullAt);
    }

    public static string Tail(string path, int lines = 12)
    {
        const int most = 16 << 10;
        if (!File.Exists(path)) return "";
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(most, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return string.Join('\n', reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines));
    }

    public static string TextSince(string path, long offset)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Math.Min(offset, stream.Length), SeekOrigin.Begin);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private static void Rotate(string path, long fullAt)
    {
        var log = new FileInfo(path);
        if (!log.Exists || log.Length < fullAt) return;
        try
        {
            using var full = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            using (var copy = PrivateFile.Open(path + ".1", FileMode.Create)) full.CopyTo(copy);
            full.SetLength(0);      // the server appends, so it goes on at the start
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is full just now, or a log that is open elsewhere: it is made smaller at a later look. An exception on a timer would end the host.
        }
    }
}
