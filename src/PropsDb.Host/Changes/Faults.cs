using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;

namespace PropsDb.Host.Changes;

/// <summary>Logs what fails on the hub; what a client is refused is no failure.</summary>
public sealed partial class Faults(ILogger<Faults> log) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception e) when (IsFailure(e))
        {
            LogFailure(log, e, invocationContext.HubMethodName);
            throw Told(e);
        }
    }

    /// <summary>The same for the messages of a stream, which come after the method has returned.</summary>
    public async IAsyncEnumerable<T> Watch<T>(IAsyncEnumerable<T> messages, string method, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var reader = messages.GetAsyncEnumerator(cancel);
        while (true)
        {
            try
            {
                if (!await reader.MoveNextAsync()) yield break;
            }
            catch (Exception e) when (IsFailure(e))
            {
                LogFailure(log, e, method);
                throw Told(e);
            }
            yield return reader.Current;
        }
    }

    private static bool IsFailure(Exception e) => e is not (HubException or OperationCanceledException);

    private static HubException Told(Exception e) =>
        new(e is DbException or TimeoutException ? "unavailable: The database cannot be used now." : "internal: The service failed.");

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed on the hub.")]
    private static partial void LogFailure(ILogger log, Exception e, string method);
}
