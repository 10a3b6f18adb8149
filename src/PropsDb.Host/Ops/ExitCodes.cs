namespace PropsDb.Host.Ops;

public static class ExitCodes
{
    public const int BadSettings = 2;
    public const int NoPostgres = 3;
}
