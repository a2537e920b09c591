# docker build -t gateway .
# docker run -p 8080:8080 -p 9090:9090 -v ./my.json:/app/appsettings.json gateway
# docker run --rm -v ./my.json:/app/appsettings.json gateway validate
# docker stop --time 40 …: the drain takes up to Drain:Timeout, 30 s, and docker by itself waits for 10 s only.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# The image would leave the documentation out of packages; gateway schema describes YARP's keys with it.
ENV NUGET_XMLDOC_MODE=none

# Only these decide what is restored: while they stay the same, so does this layer.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Gateway/Gateway.csproj src/Gateway/packages.lock.json src/Gateway/
RUN dotnet restore src/Gateway --locked-mode

COPY .editorconfig appsettings.json ./
COPY src/Gateway src/Gateway
RUN dotnet publish src/Gateway --no-restore --configuration Release --output /app

# No shell and no package manager: what is not there cannot be misused.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .

EXPOSE 8080 9090
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=6s --start-period=15s --retries=3 CMD ["/app/gateway", "health"]
# Not through a shell: the process is the container's first and hears SIGTERM itself.
ENTRYPOINT ["/app/gateway"]
