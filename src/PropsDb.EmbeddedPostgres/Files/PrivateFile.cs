namespace PropsDb.EmbeddedPostgres.Files;

/// <summary>A file made anew by us with its mode from the first moment on, on disk when the call returns.</summary>
internal static class PrivateFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static void Write(string path, string text, UnixFileMode mode = OwnerOnly)
    {
        File.Delete(path);
        using var stream = Open(path, FileMode.CreateNew, mode);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, mode);       // past the umask
        using var writer = new StreamWriter(stream);
        writer.Write(text);
        writer.Flush();
        stream.Flush(flushToDisk: true);
    }

    /// <summary>For this process alone as long as it is open.</summary>
    public static FileStream Open(string path, FileMode how, UnixFileMode mode = OwnerOnly)
    {
        var options = new FileStreamOptions { Mode = how, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        return new FileStream(path, options);
    }
}
