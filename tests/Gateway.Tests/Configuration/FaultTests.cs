using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>A row for each fault: what is wrong, where it is told, and in what words.</summary>
public sealed class FaultTests
{
    private const string Api = "ReverseProxy:Clusters:api";
    private const string Route = "ReverseProxy:Routes:r";

    [Theory]
    [InlineData("\"Pol\": {}", Api + ":Pol", "did you mean 'Pool'?")]
    [InlineData("\"Pool\": { \"PermitsPerDestnation\": 1 }", Api + ":Pool:PermitsPerDestnation", "did you mean 'PermitsPerDestination'?")]
    [InlineData("\"Pool\": { \"PermitsPerDestination\": 0 }", Api + ":Pool:PermitsPerDestination", "'0' is out of range; allowed is 1 to 1000000")]
    [InlineData("\"Pool\": { \"PermitsPerDestination\": 1000001 }", Api + ":Pool:PermitsPerDestination", "'1000001' is out of range")]
    [InlineData("\"Pool\": { \"PermitsPerDestination\": \"many\" }", Api + ":Pool:PermitsPerDestination", "'many' is not a whole number; allowed is 1 to 1000000")]
    [InlineData("\"Pool\": { \"PermitsPerDestination\": 1.5 }", Api + ":Pool:PermitsPerDestination", "'1.5' is not a whole number")]
    [InlineData("\"Pool\": { \"PermitsPerDestination\": {} , \"Enabled\": { \"x\": 1 } }", Api + ":Pool:Enabled", "is a section where a single value is expected")]
    [InlineData("\"Pool\": { \"Enabled\": \"yes\" }", Api + ":Pool:Enabled", "'yes' is not true or false")]
    [InlineData("\"Pool\": 32", Api + ":Pool", "'32' stands where a section with keys of its own is expected")]
    [InlineData("\"Pool\": { \"QueueLimit\": -1 }", Api + ":Pool:QueueLimit", "'-1' is out of range; allowed is 0 to 1000000")]
    [InlineData("\"Pool\": { \"QueueTimeout\": \"1.00:00:01\" }", Api + ":Pool:QueueTimeout", "is out of range")]
    [InlineData("\"Pool\": { \"QueueTimeout\": 5 }", Api + ":Pool:QueueTimeout", "'5' is not a duration such as 00:00:05")]
    [InlineData("\"SessionAffinity\": { \"Cookie\": { \"MaxAge\": \"24:00:00\" } }", Api + ":SessionAffinity:Cookie:MaxAge", "'24:00:00' is not a duration such as 00:00:05")]
    [InlineData("\"CircuitBreaker\": { \"FailureThreshold\": 0 }", Api + ":CircuitBreaker:FailureThreshold", "allowed is 1 to 1000000")]
    [InlineData("\"CircuitBreaker\": { \"BreakDuration\": \"00:00:00.009\" }", Api + ":CircuitBreaker:BreakDuration", "'00:00:00.009' is out of range; allowed is 00:00:00.0")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Interval\": \"00:00:00\" } }", Api + ":HealthCheck:Tcp:Interval", "is out of range")]
    [InlineData("\"HealthCheck\": { \"Tpc\": {} }", Api + ":HealthCheck:Tpc", "did you mean 'Tcp'?")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"UnhealthyThreshold\": 0 } }", Api + ":HealthCheck:Tcp:UnhealthyThreshold", "is out of range")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"HealthyThreshold\": 1001 } }", Api + ":HealthCheck:Tcp:HealthyThreshold", "is out of range")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 101 }", Api + ":HealthCheck:MaxEjectedPercent", "is out of range")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": {\"a\": 1} }", Api + ":HealthCheck:MaxEjectedPercent", "is a section where a single value is expected")]
    [InlineData("\"HealthCheck\": { \"MaxEjectPercent\": 50 }", Api + ":HealthCheck:MaxEjectPercent", "did you mean 'MaxEjectedPercent'?")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": -1 }", Api + ":CircuitBreaker:MaxEjectedPercent", "is out of range")]
    [InlineData("\"HealthCheck\": { \"Tcp\": true }", Api + ":HealthCheck:Tcp", "'True' stands where a section")]
    [InlineData("\"HealthCheck\": { \"Active\": { \"Policy\": \"Consecutive\" } }", Api + ":HealthCheck:Active:Policy", "'Consecutive' is not a known policy")]
    [InlineData("\"HealthCheck\": { \"Passive\": { \"Policy\": \"TransportFailureRat\" } }", Api + ":HealthCheck:Passive:Policy", "did you mean 'TransportFailureRate'?")]
    [InlineData("\"HealthCheck\": { \"AvailableDestinationsPolicy\": \"x\" }", Api + ":HealthCheck:AvailableDestinationsPolicy", "HealthyAndUnknown")]
    [InlineData("\"Retry\": { \"MaxAttempts\": 11 }", Api + ":Retry:MaxAttempts", "allowed is 1 to 10")]
    [InlineData("\"Retry\": { \"BudgetRatio\": 1.01 }", Api + ":Retry:BudgetRatio", "allowed is 0 to 1")]
    [InlineData("\"Retry\": { \"BudgetRatio\": \"NaN\" }", Api + ":Retry:BudgetRatio", "'NaN' is not a number")]
    [InlineData("\"Retry\": { \"MinRetriesPerSecond\": 100001 }", Api + ":Retry:MinRetriesPerSecond", "allowed is 0 to 100000")]
    [InlineData("\"Timeouts\": { \"Connect\": \"00:00:00\" }", Api + ":Timeouts:Connect", "is out of range")]
    [InlineData("\"LoadBalancingPolicy\": \"RoundRobbin\"", Api + ":LoadBalancingPolicy", "'RoundRobbin' is not a known policy; did you mean 'RoundRobin'?")]
    [InlineData("\"LoadBalancingPolicy\": \"ConsistentHsh\"", Api + ":LoadBalancingPolicy", "did you mean 'ConsistentHash'?")]
    [InlineData("\"ConsistentHash\": { \"Key\": \"Header:\" }", Api + ":ConsistentHash:Key", "'Header:' is nothing to hash by; allowed is RemoteIp, Path, Header:NAME or Cookie:NAME.")]
    [InlineData("\"ConsistentHash\": { \"Key\": \"Header:X Y\" }", Api + ":ConsistentHash:Key", "is nothing to hash by")]
    [InlineData("\"ConsistentHash\": { \"Key\": \"Cookie:a;b\" }", Api + ":ConsistentHash:Key", "is nothing to hash by")]
    [InlineData("\"ConsistentHash\": { \"Key\": \"Query:q\" }", Api + ":ConsistentHash:Key", "is nothing to hash by")]
    [InlineData("\"ConsistentHash\": { \"LoadFactor\": 0.99 }", Api + ":ConsistentHash:LoadFactor", "'0.99' is out of range; allowed is 1 to 100")]
    [InlineData("\"ConsistentHash\": { \"LoadFactor\": 101 }", Api + ":ConsistentHash:LoadFactor", "is out of range")]
    [InlineData("\"ConsistentHash\": { \"Kye\": \"Path\" }", Api + ":ConsistentHash:Kye", "did you mean 'Key'?")]
    [InlineData("\"SlowStart\": 30", Api + ":SlowStart", "'30' is not a duration such as 00:00:05")]
    [InlineData("\"SlowStart\": \"1.00:00:01\"", Api + ":SlowStart", "is out of range")]
    [InlineData("\"SlowStart\": { \"Time\": 1 }", Api + ":SlowStart", "is a section where a single value is expected")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": true, \"Policy\": \"Cooky\", \"AffinityKeyName\": \"k\" }", Api + ":SessionAffinity:Policy", "did you mean 'Cookie'?")]
    [InlineData("\"SessionAffinity\": { \"FailurePolicy\": \"x\" }", Api + ":SessionAffinity:FailurePolicy", "is not a known policy")]
    [InlineData("\"ClusterId\": \"b\"", Api + ":ClusterId", "is not a known key")]
    [InlineData("\"HttpRequest\": { \"Version\": \"4\" }", Api + ":HttpRequest:Version", "'4' is not an HTTP version")]
    [InlineData("\"HttpRequest\": { \"ActivityTimeout\": \"-00:00:05\" }", Api + ":HttpRequest:ActivityTimeout", "'-00:00:05' is out of range; allowed is 00:00:00.0100000 to 1.00:00:00")]
    [InlineData("\"HttpRequest\": { \"ActivityTimeout\": \"00:00:00\" }", Api + ":HttpRequest:ActivityTimeout", "'00:00:00' is out of range")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 0 }", Api + ":HttpClient:MaxConnectionsPerServer", "'0' is out of range; allowed is 1 to 2147483647")]
    [InlineData("\"HealthCheck\": { \"Active\": { \"Interval\": \"-00:00:01\" } }", Api + ":HealthCheck:Active:Interval", "is out of range")]
    [InlineData("\"Destinatons\": { \"one\": {} }", Api + ":Destinatons", "is not a known key; did you mean 'Destinations'?")]
    [InlineData("\"LoadBalancingPolcy\": \"Random\"", Api + ":LoadBalancingPolcy", "is not a known key; did you mean 'LoadBalancingPolicy'?")]
    [InlineData("\"Destinations\": { \"one\": { \"Adress\": \"http://a/\" } }", Api + ":Destinations:one:Adress", "is not a known key; did you mean 'Address'?")]
    [InlineData("\"Destinations\": { \"one\": {} }", Api + ":Destinations:one:Address", "is missing")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"10.0.0.1:80\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/caf\u00e9/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://caf\u00e9/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/b c/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/ \" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\\u0001b/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\\u007Fb/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/b#c/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/b?\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/#\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a\\\\b/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/b\\\\c/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http:/a/\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http:a\" } }", Api + ":Destinations:one:Address", "is not an address that can be forwarded to")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"ftp://a/\" } }", Api + ":Destinations:one:Address", "allowed is http:// or https://")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\", \"Weight\": 1001 } }", Api + ":Destinations:one:Weight", "allowed is 0 to 1000")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\", \"Weight\": 1.5 } }", Api + ":Destinations:one:Weight", "is not a whole number")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\", \"Weight\": { \"a\": 1 } } }", Api + ":Destinations:one:Weight", "is a section where a single value is expected")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\", \"Wieght\": 1 } }", Api + ":Destinations:one:Wieght", "did you mean 'Weight'?")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\", \"Health\": \"x\" } }", Api + ":Destinations:one:Health", "is not an address")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a/\", \"Health\": \"http://a/ b/\" } }", Api + ":Destinations:one:Health", "percent-encoded")]
    [InlineData("\"Destinations\": { \"one\": \"http://a/\" }", Api + ":Destinations:one", "'http://a/' stands where a section with keys of its own is expected")]
    [InlineData("\"Destinations\": 5", Api + ":Destinations", "stands where a section with names of your choice is expected")]
    public void Fault_InACluster_IsToldWithItsPath(string settings, string path, string words) =>
        AssertFault($$"""{ "ReverseProxy": { "Routes": {}, "Clusters": { "api": { {{settings}} } } } }""", path, words);

    [Theory]
    [InlineData("\"Match\": { \"Path\": \"/a\" }", Route + ":ClusterId", "is missing; a route names the cluster that serves it")]
    [InlineData("\"ClusterId\": \"apo\", \"Match\": { \"Path\": \"/a\" }", Route + ":ClusterId", "'apo' is not a cluster; did you mean 'api'?")]
    [InlineData("\"ClusterId\": \"api\"", Route + ":Match", "has neither a Path nor Hosts")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Methods\": [\"GET\"] }", Route + ":Match", "has neither a Path nor Hosts")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/{a\" }", Route + ":Match:Path", "'/{a' is not a path template")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\", \"Paht\": 1 }", Route + ":Match:Paht", "did you mean 'Path'?")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\", \"Methods\": \"GET\" }", Route + ":Match:Methods", "'GET' stands where a list is expected")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\", \"Headers\": [ { \"Name\": \"x\", \"Mode\": \"Exact\" } ] }", Route + ":Match:Headers:0:Mode", "'Exact' is not known")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\", \"Headers\": [ { \"Name\": \"X Y\", \"Values\": [\"1\"] } ] }", Route + ":Match:Headers:0:Name", "'X Y' is not a header's name; allowed are letters")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"RequestHeader\": \"X:Y\", \"Set\": \"1\" } ]", Route + ":Transforms:0:RequestHeader", "'X:Y' is not a header's name")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"ResponseHeadersAllowed\": \"A;B C\" } ]", Route + ":Transforms:0:ResponseHeadersAllowed", "'B C' is not a header's name")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"ResponseHeader\": \"X\", \"Set\": \"zw\\u0001lf\" } ]", Route + ":Transforms:0:Set", "is not what a header can hold: it has a control character")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"RequestHeader\": \"X\", \"Append\": \"a\\nb\" } ]", Route + ":Transforms:0:Append", "is not what a header can hold")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Timeout\": \"-00:00:01\"", Route + ":Timeout", "is out of range")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Order\": \"first\"", Route + ":Order", "'first' is not a whole number")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"AuthorizationPolicy\": \"admin\"", Route + ":AuthorizationPolicy", "'admin' is not a known policy")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"CorsPolicy\": \"x\"", Route + ":CorsPolicy", "is not a known policy")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"TimeoutPolicy\": \"x\"", Route + ":TimeoutPolicy", "is not a known policy")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"RateLimiterPolicy\": \"x\"", Route + ":RateLimiterPolicy", "is not a known policy")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"OutputCachePolicy\": \"x\"", Route + ":OutputCachePolicy", "is not a known policy")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"RateLimit\": {\"TokensPerPeriod\": 5 }", Route + ":RateLimit:TokenLimit", "is missing")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"RateLimit\": {\"TokenLimit\": 0 }", Route + ":RateLimit:TokenLimit", "allowed is 1 to 1000000000")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"RateLimit\": 5", Route + ":RateLimit", "'5' stands where a section")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"PathPrefx\": \"/x\" } ]", Route + ":Transforms:0:PathPrefx", "is not a known transform; did you mean 'PathPrefix'?")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"PathPrefix\": \"/x\" }, { \"Set\": \"1\", \"RequestHaeder\": \"X\" } ]", Route + ":Transforms:1:RequestHaeder", "did you mean 'RequestHeader'?")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"RequestHeader\": \"X\", \"St\": \"1\" } ]", Route + ":Transforms:0:RequestHeader", "'X' cannot be built: Unexpected parameters for RequestHeader")]
    [InlineData("\"ClusterId\": \"api\", \"Match\": { \"Path\": \"/a\" }, \"Transforms\": [ { \"PathPattern\": \"{\" } ]", Route + ":Transforms:0:PathPattern", "'{' cannot be built: ")]
    public void Fault_InARoute_IsToldWithItsPath(string route, string path, string words) =>
        AssertFault($$"""{ "ReverseProxy": { "Routes": { "r": { {{route}} } }, "Clusters": { "api": {} } } }""", path, words);

    [Theory]
    [InlineData("\"Drian\": {}", "Gateway:Drian", "did you mean 'Drain'?")]
    [InlineData("\"Drain\": { \"Timeout\": 30 }", "Gateway:Drain:Timeout", "'30' is not a duration such as 00:00:05")]
    [InlineData("\"Drain\": { \"Timeout\": \"00:00:00\" }", "Gateway:Drain:Timeout", "is out of range")]
    [InlineData("\"Drain\": { \"Delay\": \"-00:00:01\" }", "Gateway:Drain:Delay", "is out of range")]
    [InlineData("\"RateLimit\": { \"Globl\": {} }", "Gateway:RateLimit:Globl", "did you mean 'Global'?")]
    [InlineData("\"RateLimit\": { \"Global\": { \"TokenLimit\": 1, \"ReplenishmentPeriod\": \"25:00:00\" } }", "Gateway:RateLimit:Global:ReplenishmentPeriod", "'25:00:00'")]
    [InlineData("\"RateLimit\": { \"Global\": { \"MaxClients\": 1, \"TokenLimit\": 1 } }", "Gateway:RateLimit:Global:MaxClients", "is not a known key")]
    [InlineData("\"RateLimit\": { \"PerClient\": { \"TokenLimit\": 1, \"MaxClients\": 0 } }", "Gateway:RateLimit:PerClient:MaxClients", "allowed is 1 to 10000000")]
    [InlineData("\"RateLimit\": { \"PerClient\": { \"TokenLimit\": 1, \"Key\": \"Header\" } }", "Gateway:RateLimit:PerClient:Key", "allowed is RemoteIp or Header:NAME")]
    [InlineData("\"RateLimit\": { \"PerClient\": { \"TokenLimit\": 1, \"Key\": \"Header:\" } }", "Gateway:RateLimit:PerClient:Key", "'Header:' is not a way")]
    [InlineData("\"RateLimit\": { \"PerClient\": { \"TokenLimit\": 1, \"Key\": \"Header:a b\" } }", "Gateway:RateLimit:PerClient:Key", "'Header:a b' is not a way")]
    [InlineData("\"RateLimit\": 100", "Gateway:RateLimit", "'100' stands where a section")]
    [InlineData("\"Management\": { \"Hosts\": [ \"a.example\", \"https://b.example\" ] }", "Gateway:Management:Hosts:1", "'https://b.example' is not a host's name; a name such as gateway.example.com is allowed")]
    [InlineData("\"Management\": { \"Hosts\": [ \"a.example:9090\" ] }", "Gateway:Management:Hosts:0", "'a.example:9090' is not a host's name")]
    [InlineData("\"Management\": { \"Hosts\": [ \"*\" ] }", "Gateway:Management:Hosts:0", "'*' is not a host's name")]
    [InlineData("\"AccessLog\": { \"Enabled\": 1 }", "Gateway:AccessLog:Enabled", "'1' is not true or false")]
    [InlineData("\"ForwardedHeaders\": { \"KnownProxies\": [ \"proxy\" ] }", "Gateway:ForwardedHeaders:KnownProxies:0", "'proxy' is not an IP address")]
    [InlineData("\"ForwardedHeaders\": { \"KnownNetworks\": [ \"10.0.0.0/33\" ] }", "Gateway:ForwardedHeaders:KnownNetworks:0", "is not an IP network")]
    [InlineData("\"ForwardedHeaders\": { \"ForwardLimit\": 101 }", "Gateway:ForwardedHeaders:ForwardLimit", "allowed is 1 to 100")]
    [InlineData("\"ClusterDefaults\": { \"Pool\": { \"PermitsPerDestination\": 0 } }", "Gateway:ClusterDefaults:Pool:PermitsPerDestination", "allowed is 1 to 1000000")]
    [InlineData("\"ClusterDefaults\": { \"Poll\": {} }", "Gateway:ClusterDefaults:Poll", "did you mean 'Pool'?")]
    [InlineData("\"ClusterDefaults\": { \"HealthCheck\": { \"Active\": {} } }", "Gateway:ClusterDefaults:HealthCheck:Active", "is not a known key")]
    public void Fault_InTheGatewaysSettings_IsToldWithItsPath(string settings, string path, string words) =>
        AssertFault($$"""{ "Gateway": { {{settings}} }, "ReverseProxy": { "Routes": {}, "Clusters": { "api": {} } } }""", path, words);

    [Theory]
    [InlineData("{ }", "ReverseProxy", "is missing")]
    [InlineData("""{ "ReverseProxy": { "Clusters": {} } }""", "ReverseProxy:Routes", "is missing; \"Routes\": {} says that there are none")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Cluster": {} } }""", "ReverseProxy:Cluster", "did you mean 'Clusters'?")]
    [InlineData("""{ "ReverseProxy": { "Routes": 1 } }""", "ReverseProxy:Routes", "'1' stands where a section with names of your choice is expected")]
    [InlineData("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "api": "x" } } }""", "ReverseProxy:Clusters:api", "'x' stands where a cluster is expected")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "r": "x" } } }""", "ReverseProxy:Routes:r", "'x' stands where a route is expected")]
    [InlineData("""{ "Gateway": { "ForwardedHeaders": { "KnownProxies": [ "010.0.0.1" ] } }, "ReverseProxy": { "Routes": {} } }""", "Gateway:ForwardedHeaders:KnownProxies:0", "'010.0.0.1' is not an IP address")]
    [InlineData("""{ "Gateway": { "ForwardedHeaders": { "KnownProxies": [ "10.1" ] } }, "ReverseProxy": { "Routes": {} } }""", "Gateway:ForwardedHeaders:KnownProxies:0", "'10.1' is not an IP address")]
    [InlineData("""{ "Kestrel": { "Endpoints": { "Http": {} } }, "ReverseProxy": { "Routes": {} } }""", "Kestrel:Endpoints:Http:Url", "is missing")]
    [InlineData("""{ "Kestrel": { "Endpoints": { "Http": { "Url": "8080" } } }, "ReverseProxy": { "Routes": {} } }""", "Kestrel:Endpoints:Http:Url", "'8080' is not an address to listen on")]
    [InlineData("""{ "Kestrel": { "Endpoints": { "management": { "Url": "http://*:1" } } }, "ReverseProxy": { "Routes": {} } }""", "Kestrel:Endpoints", "has no endpoint for traffic")]
    [InlineData("""{ "Kestrel": { "Endpoints": { "Http": { "Url": "http://*:65536" } } }, "ReverseProxy": { "Routes": {} } }""", "Kestrel:Endpoints:Http:Url", "a port from 0 to 65535")]
    [InlineData("""{ "Logging": { "LogLevel": { "Default": "Loud" } }, "ReverseProxy": { "Routes": {} } }""", "Logging:LogLevel:Default", "'Loud' is not known")]
    public void Fault_OfTheWhole_IsToldWithItsPath(string json, string path, string words) => AssertFault(json, path, words);

    [Fact]
    public void Faults_OfOneFile_AreAllTold()
    {
        House.Read("""
            { "Gateway": { "Drain": { "Timeout": 5 } }, "ReverseProxy": {
                "Routes": { "r": { "ClusterId": "x", "Match": { "Path": "/" } } },
                "Clusters": { "api": { "Pool": { "QueueLimit": -1, "Enabled": 2 }, "Destinations": { "one": {} } } } } }
            """, out var faults);

        Assert.Equal(
            ["Gateway:Drain:Timeout", Api + ":Destinations:one:Address", Api + ":Pool:Enabled", Api + ":Pool:QueueLimit", Route + ":ClusterId"],
            faults.All.Select(fault => fault.Path).Order());
    }

    [Fact]
    public void Fault_OfAnAddressWithAPassword_DoesNotShowIt()
    {
        House.Read("""{ "ReverseProxy": { "Routes": {}, "Clusters": { "api": { "Destinations": { "one": { "Address": "http://me:secret@a/" } } } } } }""", out var faults);

        Assert.DoesNotContain("secret", Assert.Single(faults.All).ToString());
    }

    [Fact]
    public void Fault_OfALongValue_ShowsItsBeginning()
    {
        House.Read($$"""{ "Gateway": { "Drain": { "Timeout": "{{new string('9', 5000)}}" } }, "ReverseProxy": { "Routes": {} } }""", out var faults);

        Assert.InRange(Assert.Single(faults.All).ToString().Length, 100, 400);
    }

    private static void AssertFault(string json, string path, string words)
    {
        Assert.Null(House.Read(json, out var faults));
        var fault = Assert.Single(faults.All);
        Assert.Equal(path, fault.Path);
        Assert.Contains(words, fault.ToString(), StringComparison.Ordinal);
    }
}
