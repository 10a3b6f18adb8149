using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace PropsDb.Host.Changes;

/// <summary>
/// A protocol of the hub that keeps count of what each client sends, and cuts off who sends what no client does; errors begin with their code.
/// The framework answers such messages or skips them, however many there are.
/// </summary>
public sealed class WatchedProtocol(IHubProtocol inner) : IHubProtocol
{
    /// <summary>Messages that ask for nothing there is, in the life of one connection.</summary>
    public const int MaxFaults = 20;

    /// <summary>Messages at once, of any kind; enough to follow and let go of everything twice over.</summary>
    public const int Burst = 1_000;

    /// <summary>Messages a second, for as long as it lasts.</summary>
    public const int PerSecond = 50;

    private const int MaxEcho = 100;
    private const string CodeFollows = "HubException: ";

    // The framework gives each connection a binder of its own.
    private readonly ConditionalWeakTable<IInvocationBinder, Conduct> _conduct = [];

    public string Name => inner.Name;
    public int Version => inner.Version;
    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(Coded(message));

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => inner.WriteMessage(Coded(message), output);

    /// <exception cref="InvalidDataException">The connection is cut.</exception>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var conduct = _conduct.GetValue(binder, _ => new Conduct());
        // The framework waits for a first ping before it counts a client's silence, and who never sent one could be silent for ever.
        if (conduct.Begins())
        {
            message = PingMessage.Instance;
            return true;
        }
        while (true)
        {
            var length = input.Length;
            // One of a type that there is not is read, and is no message.
            var isMessage = inner.TryParseMessage(ref input, binder, out message);
            if (!isMessage && input.Length == length) return false;
            conduct.Count(isFault: message is null or InvocationBindingFailureMessage or StreamBindingFailureMessage or StreamItemMessage or CompletionMessage);
            // Nothing is streamed to the hub, and no client is asked for a result.
            if (message is null or StreamBindingFailureMessage or StreamItemMessage or CompletionMessage) continue;
            if (message is InvocationBindingFailureMessage failure) message = Coded(failure);
            return true;
        }
    }

    private static InvocationBindingFailureMessage Coded(InvocationBindingFailureMessage failure)
    {
        var code = failure.BindingFailure.SourceException is HubException ? "not_found: There is no such method." : "invalid_value: The method takes other arguments.";
        return new(failure.InvocationId, failure.Target.Length > MaxEcho ? failure.Target[..MaxEcho] : failure.Target, ExceptionDispatchInfo.Capture(new HubException(code)));
    }

    private static HubMessage Coded(HubMessage message) =>
        message is not CompletionMessage { Error: { } error } completion ? message
        : error.IndexOf(CodeFollows, StringComparison.Ordinal) is >= 0 and var at ? CompletionMessage.WithError(completion.InvocationId!, error[(at + CodeFollows.Length)..])
        : CompletionMessage.WithError(completion.InvocationId!, "internal: The service failed.");

    private sealed class Conduct
    {
        private int _faults;
        private double _left = Burst;
        private long _counted = Stopwatch.GetTimestamp();
        private bool _hasBegun;

        public bool Begins() => !_hasBegun && (_hasBegun = true);

        public void Count(bool isFault)
        {
            _left = Math.Min(Burst, _left + (Stopwatch.GetElapsedTime(_counted).TotalSeconds * PerSecond)) - 1;
            _counted = Stopwatch.GetTimestamp();
            if (_left < 0 || (isFault && ++_faults > MaxFaults)) throw new InvalidDataException("The client sends what no client sends.");
        }
    }
}
