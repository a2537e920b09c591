using Gateway.Configuration;
using Gateway.Telemetry;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Telemetry;

public sealed class OtlpRuleTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", " GRPC ")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b,x=1")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic YTpi==")]
    [InlineData("OTEL_METRICS_EXPORTER", "otlp,prometheus")]
    [InlineData("OTEL_TRACES_EXPORTER", "None")]
    [InlineData("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")]
    [InlineData("OTEL_SDK_DISABLED", "false")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "500")]
    public void Variable_Good_IsNoFault(string name, string value) => Assert.Empty(Check((Endpoint, "http://collector:4317"), (name, value)));

    [Theory]
    [InlineData(Endpoint, "collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' is not the address of a collector")]
    [InlineData(Endpoint, "ftp://collector", "'ftp://collector' is not")]
    [InlineData(Endpoint, "user:s3cr3t@collector", "OTEL_EXPORTER_OTLP_ENDPOINT: is not")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "/logs", "'/logs' is not")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "'http/json' is not known; allowed is grpc, http/protobuf.")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "'10s' is not a time")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "0", "'0' is not a time")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION", "zip", "'zip' is not known; allowed is gzip, none.")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "s3cr3t", "OTEL_EXPORTER_OTLP_HEADERS: is not a list of headers")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=s3cr3t,a=s3cr3t", "OTEL_EXPORTER_OTLP_HEADERS: is not a list of headers")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a b=s3cr3t", "OTEL_EXPORTER_OTLP_HEADERS: is not a list of headers")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=s3cr3t%0ab", "OTEL_EXPORTER_OTLP_METRICS_HEADERS: is not a list of headers")]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin", "'zipkin' is not known; allowed is otlp, none.")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes", "'sometimes' is not known; allowed is always_on, ")]
    [InlineData("OTEL_SDK_DISABLED", "yes", "'yes' is not known; allowed is true, false.")]
    public void Variable_Wrong_IsAFaultThatTellsNoSecret(string name, string value, string told)
    {
        var fault = Assert.Single(Check((Endpoint, "http://collector:4317"), (name, value)));

        Assert.Contains(told, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("NaN")]
    [InlineData("half")]
    public void SamplerArgument_Wrong_IsAFault(string ratio) =>
        Assert.Single(Check((Endpoint, "http://collector:4317"), ("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", ratio)));

    [Fact]
    public void Variables_ThatNothingUses_MayBeAnything()
    {
        Assert.Empty(Check(("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), ("OTEL_TRACES_SAMPLER", "sometimes")));
        Assert.Empty(Check((Endpoint, "nonsense"), ("OTEL_SDK_DISABLED", "true")));
    }

    private static IEnumerable<string> Check(params (string Name, string Value)[] variables)
    {
        // A later one of the same name wins.
        var values = new Dictionary<string, string?>();
        foreach (var (name, value) in variables)
            values[name] = value;
        var faults = new FaultList();
        new OtlpRule().Check(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), faults);
        return faults.All.Select(fault => fault.ToString());
    }
}
