using System.Buffers;

namespace PropsDb.Projections;

/// <summary>A buffer of each thread's own, in which one text after the other is made: what is in it is good until the next is asked for.</summary>
internal static class ThreadBuffer
{
    private const int FirstBytes = 16 * 1024;

    // One large text must not keep its room for ever.
    private const int KeptBytes = 1024 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    public static ArrayBufferWriter<byte> Empty()
    {
        if (t_buffer is null || t_buffer.Capacity > KeptBytes) t_buffer = new ArrayBufferWriter<byte>(FirstBytes);
        t_buffer.ResetWrittenCount();
        return t_buffer;
    }
}
