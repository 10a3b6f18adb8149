# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
COPY . .
# ReadyToRun: the service answers sooner after a start.
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/PropsDb.Host -c Release -a $TARGETARCH --self-contained false -p:PublishReadyToRun=true -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
# Generated secrets go here where none are configured; a volume on it keeps them.
RUN install -d -o "$APP_UID" -g "$APP_UID" -m 0700 /var/lib/propsdb
ENV ASPNETCORE_URLS=http://+:8080 ASPNETCORE_HTTP_PORTS= PROPSDB__DATA=/var/lib/propsdb
USER $APP_UID
EXPOSE 8080
# The image has no curl: the service asks itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 CMD ["dotnet", "PropsDb.Host.dll", "health"]
ENTRYPOINT ["dotnet", "PropsDb.Host.dll"]
