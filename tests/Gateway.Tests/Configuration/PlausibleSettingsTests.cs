using System.Text.Json.Nodes;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>
/// What a person would plausibly type into YARP's part of the configuration, a line each: it is a fault,
/// a warning, or works. None of it is accepted and then fails every request, or does nothing without a word.
/// </summary>
public sealed class PlausibleSettingsTests
{
    private const string Fault = "fault";
    private const string Warning = "warning";
    private const string Works = "works";

    /// <summary>Where it is typed, what (with ' for "), what becomes of it, and what is told, behind the path of the place.</summary>
    public static TheoryData<Place, string, string, string> Table => new()
    {
        { Place.Match, "'Path': '/caf%C3%A9'", Fault, ":Path: '/caf%C3%A9' never matches, as a request's path is decoded before: write the character itself in place of %C3" },
        { Place.Match, "'Path': '/a%20b/{id}'", Fault, ":Path: '/a%20b/{id}' never matches" },
        { Place.Match, "'Path': '/{id}-%41'", Fault, ":Path: '/{id}-%41' never matches" },
        { Place.Match, "'Path': '/a/../b'", Fault, ":Path: '/a/../b' holds a dot segment" },
        { Place.Match, "'Path': '/./a'", Fault, ":Path: '/./a' holds a dot segment" },
        { Place.Match, "'Path': '/a?x=1'", Fault, ":Path: '/a?x=1' is not a path template" },
        { Place.Match, "'Path': 'http://shop.example/a'", Fault, ":Path: 'http://shop.example/a' is not a path template" },
        { Place.Match, "'Path': '/a//b'", Fault, ":Path: '/a//b' is not a path template" },
        { Place.Match, "'Path': '/{**rest}/x'", Fault, ":Path: '/{**rest}/x' is not a path template" },
        { Place.Match, "'Path': '/{id:integer}'", Fault, ":Path: '/{id:integer}' is not a path template" },
        { Place.Match, "'Path': '/api/*'", Warning, ":Path: a star outside of braces is matched as it stands" },
        { Place.Match, "'Path': '*'", Warning, ":Path: a star outside of braces is matched as it stands" },
        { Place.Match, "'Path': '/a%2Fb'", Works, "" },
        { Place.Match, "'Path': '/caf%E9'", Works, "" },
        { Place.Match, "'Path': '/100%'", Works, "" },
        { Place.Match, "'Path': '/caf\u00e9'", Works, "" },
        { Place.Match, "'Path': '/a b'", Works, "" },
        { Place.Match, "'Path': 'api/{**rest}'", Works, "" },
        { Place.Match, "'Path': '/api/'", Works, "" },
        { Place.Match, "'Path': '/v{major:int}.{minor?}'", Works, "" },

        { Place.Match, "'Hosts': ['shop.example/']", Fault, ":Hosts:0: 'shop.example/' is not a host to match; allowed is a name, *.name or *" },
        { Place.Match, "'Hosts': ['http://shop.example']", Fault, ":Hosts:0: 'http://shop.example' is not a host to match" },
        { Place.Match, "'Hosts': ['a.*.example']", Fault, ":Hosts:0: 'a.*.example' is not a host to match" },
        { Place.Match, "'Hosts': ['*.*.example']", Fault, ":Hosts:0: '*.*.example' is not a host to match" },
        { Place.Match, "'Hosts': ['*shop.example']", Fault, ":Hosts:0: '*shop.example' is not a host to match" },
        { Place.Match, "'Hosts': ['shop.*']", Fault, ":Hosts:0: 'shop.*' is not a host to match" },
        { Place.Match, "'Hosts': ['*.']", Fault, ":Hosts:0: '*.' is not a host to match" },
        { Place.Match, "'Hosts': ['.shop.example']", Fault, ":Hosts:0: '.shop.example' is not a host to match" },
        { Place.Match, "'Hosts': ['shop..example']", Fault, ":Hosts:0: 'shop..example' is not a host to match" },
        { Place.Match, "'Hosts': ['shop.example:0']", Fault, ":Hosts:0: 'shop.example:0' is not a host to match" },
        { Place.Match, "'Hosts': ['shop.example:65536']", Fault, ":Hosts:0: 'shop.example:65536' is not a host to match" },
        { Place.Match, "'Hosts': ['shop.example:http']", Fault, ":Hosts:0: 'shop.example:http' is not a host to match" },
        { Place.Match, "'Hosts': ['shop.example:']", Fault, ":Hosts:0: 'shop.example:' is not a host to match" },
        { Place.Match, "'Hosts': [':8080']", Fault, ":Hosts:0: ':8080' is not a host to match" },
        { Place.Match, "'Hosts': ['a, b']", Fault, ":Hosts:0: 'a, b' is not a host to match" },
        { Place.Match, "'Hosts': [' shop.example']", Fault, ":Hosts:0: ' shop.example' is not a host to match" },
        { Place.Match, "'Hosts': ['[::1]']", Fault, ":Hosts:0: '[::1]' is not a host to match" },
        { Place.Match, "'Hosts': ['']", Fault, ":Hosts:0: '' is not a host to match" },
        { Place.Match, "'Hosts': ['xn--mnchen-3ya.example']", Fault, ":Hosts:0: 'xn--mnchen-3ya.example' is matched in its own letters; write 'm\u00fcnchen.example'." },
        { Place.Match, "'Hosts': ['m\u00fcnchen.example', '\u0939\u093f\u0928\u094d\u0926\u0940.example']", Works, "" },
        { Place.Match, "'Hosts': ['shop.example', '*.shop.example', '*', 'shop.example:8080', '*:8080', 'shop.example:*', '10.0.0.1', 'my_host']", Works, "" },
        { Place.Match, "'Hosts': ['SHOP.example.', '*.example.', 'a.example.:8080']", Works, "" },

        { Place.Match, "'Methods': ['GET,POST']", Fault, ":Methods:0: 'GET,POST' is not a method" },
        { Place.Match, "'Methods': ['GET POST']", Fault, ":Methods:0: 'GET POST' is not a method" },
        { Place.Match, "'Methods': ['*']", Fault, ":Methods:0: '*' is not a method; allowed is one such as GET or PROPFIND, and no Methods at all" },
        { Place.Match, "'Methods': ['']", Fault, ":Methods:0: '' is not a method" },
        { Place.Match, "'Methods': ['GET', 'get']", Fault, ":Methods:1: 'get' stands twice" },
        { Place.Match, "'Methods': ['ANY']", Warning, ":Methods:0: 'ANY' is matched as a method of that name, which no client sends" },
        { Place.Match, "'Methods': ['POTS']", Warning, ":Methods:0: 'POTS' is not a method that clients send; did you mean 'POST'?" },
        { Place.Match, "'Methods': ['get', 'PROPFIND', 'QUERY', 'CONNECT', 'BREW-COFFEE']", Works, "" },

        { Place.Match, "'Headers': [{ 'Name': 'X Y', 'Values': ['1'] }]", Fault, ":Headers:0:Name: 'X Y' is not a header's name" },
        { Place.Match, "'Headers': [{ 'Name': 'X', 'Values': [''] }]", Fault, ":Headers:0:Values:0: '' is no value to match" },
        { Place.Match, "'Headers': [{ 'Name': 'X', 'Mode': 'NotContains', 'Values': ['a', ''] }]", Fault, ":Headers:0:Values:1: '' is no value to match" },
        { Place.Match, "'Headers': [{ 'Name': 'X', 'Mode': 'Contains', 'Values': [''] }]", Fault, ":Headers:0:Values:0: '' is no value to match" },
        { Place.Match, "'QueryParameters': [{ 'Name': 'q', 'Values': [''] }]", Fault, ":QueryParameters:0:Values:0: '' is no value to match" },
        { Place.Match, "'QueryParameters': [{ 'Name': 'q', 'Mode': 'Prefix', 'Values': ['a', ''] }]", Fault, ":QueryParameters:0:Values:1: '' is no value to match" },
        { Place.Match, "'QueryParameters': [{ 'Name': 'q', 'Mode': 'NotContains', 'Values': [''] }]", Fault, ":QueryParameters:0:Values:0: '' is no value to match" },
        { Place.Match, "'Headers': [{ 'Name': 'X', 'Values': [' 1'] }]", Fault, ":Headers:0:Values:0: begins or ends with a space" },
        { Place.Match, "'Headers': [{ 'Name': 'X', 'Values': ['1 '] }]", Fault, ":Headers:0:Values:0: begins or ends with a space" },
        { Place.Transform, "'RequestHeaderRouteValue': 'Host', 'Append': 'rest'", Fault, ":Append: would send a second host" },
        { Place.Transform, "'RequestHeader': 'X', 'Set': ' a'", Fault, ":Set: begins or ends with a space" },
        { Place.Transform, "'HttpMethodChange': 'GET', 'Set': 'HEAD'", Fault, ":Set: 'HEAD' is answered without a body" },
        { Place.Transform, "'HttpMethodChange': 'HEAD', 'Set': 'GET'", Works, "" },
        { Place.Transform, "'RequestHeader': 'X-Forwarded-For', 'Set': '1.1.1.1'", Warning, ":RequestHeader: the gateway sends X-Forwarded-For" },
        { Place.Transform, "'RequestHeader': 'X', 'Set': 'caf\u00e9'", Works, "" },
        { Place.Transform, "'ResponseHeader': 'X', 'Set': 'caf\u00e9'", Works, "" },
        { Place.Match, "'Headers': [{ 'Name': 'X' }]", Fault, ":Headers:0:Values: is missing" },
        { Place.Match, "'Headers': [{ 'Name': 'X', 'Mode': 'Exists', 'Values': ['1'] }]", Fault, ":Headers:0:Values: does not go with \"Mode\": \"Exists\"" },
        { Place.Match, "'Headers': [{ 'Name': 'User-Agent', 'Values': ['Mozilla/5.0 (a, b)'] }]", Warning, ":Headers:0:Values:0: a request's values are compared one by one, parted at each ','" },
        { Place.Match, "'Headers': [{ 'Name': 'Cookie', 'Values': ['a=1; b=2'], 'Mode': 'HeaderPrefix' }]", Warning, ":Headers:0:Values:0: a request's values are compared one by one, parted at each ';'" },
        { Place.Match, "'Headers': [{ 'Name': 'User-Agent', 'Mode': 'Contains', 'Values': ['a, b'] }, { 'Name': 'X', 'Mode': 'NotExists' }]", Works, "" },
        { Place.Match, "'QueryParameters': [{ 'Name': 'q', 'Values': ['a%20b'] }]", Warning, ":QueryParameters:0:Values:0: a request's query is decoded before it is compared" },
        { Place.Match, "'QueryParameters': [{ 'Name': 'q' }]", Fault, ":QueryParameters:0:Values: is missing" },
        { Place.Match, "'QueryParameters': [{ 'Name': 'q', 'Mode': 'Exists', 'Values': ['1'] }]", Fault, ":QueryParameters:0:Values: does not go with \"Mode\": \"Exists\"" },
        { Place.Match, "'QueryParameters': [{ 'Name': 'q', 'Values': ['a b', '100%'] }]", Works, "" },

        { Place.Route, "'AuthorizationPolicy': 'default'", Fault, ":AuthorizationPolicy: 'default' is not a known policy; the gateway does not authenticate clients" },
        { Place.Route, "'AuthorizationPolicy': 'Default'", Fault, ":AuthorizationPolicy: 'Default' is not a known policy" },
        { Place.Route, "'AuthorizationPolicy': 'admins'", Fault, ":AuthorizationPolicy: 'admins' is not a known policy" },
        { Place.Route, "'AuthorizationPolicy': 'anonymous'", Works, "" },
        { Place.Route, "'CorsPolicy': 'default'", Fault, ":CorsPolicy: 'default' is not a known policy; the gateway has no CORS policies" },
        { Place.Route, "'CorsPolicy': 'web'", Fault, ":CorsPolicy: 'web' is not a known policy" },
        { Place.Route, "'CorsPolicy': 'disable'", Works, "" },
        { Place.Route, "'RateLimiterPolicy': 'disable'", Fault, ":RateLimiterPolicy: 'disable' is not a known policy; limits are the gateway's own" },
        { Place.Route, "'RateLimiterPolicy': 'default'", Fault, ":RateLimiterPolicy: 'default' is not a known policy" },
        { Place.Route, "'RateLimiterPolicy': 'strict'", Fault, ":RateLimiterPolicy: 'strict' is not a known policy" },
        { Place.Route, "'TimeoutPolicy': 'default'", Fault, ":TimeoutPolicy: 'default' is not a known policy; time-outs have no names here" },
        { Place.Route, "'TimeoutPolicy': 'disable'", Works, "" },
        { Place.Route, "'TimeoutPolicy': 'disable', 'Timeout': '00:00:10'", Fault, ":TimeoutPolicy: 'disable' stands beside a Timeout" },
        { Place.Route, "'OutputCachePolicy': 'default'", Fault, ":OutputCachePolicy: 'default' is not a known policy; the gateway stores no responses" },
        { Place.Route, "'Timeout': '10'", Fault, ":Timeout: '10' is not a duration such as 00:00:05" },
        { Place.Route, "'Timeout': '00:00:10', 'Order': -5, 'MaxRequestBodySize': -1", Works, "" },
        { Place.Route, "'MaxRequestBodySize': '10MB'", Fault, ":MaxRequestBodySize: '10MB' is not a whole number" },

        { Place.Transform, "'PathRemovePrefix': '/api/'", Fault, ":PathRemovePrefix: '/api/' removes nothing, as a prefix is whole segments; write '/api'." },
        { Place.Transform, "'PathRemovePrefix': '/'", Fault, ":PathRemovePrefix: '/' removes nothing" },
        { Place.Transform, "'PathRemovePrefix': '/caf%C3%A9'", Fault, ":PathRemovePrefix: '/caf%C3%A9' never matches, as a request's path is decoded before" },
        { Place.Transform, "'PathRemovePrefix': '/apo'", Warning, ":PathRemovePrefix: no path that the route matches ('/api/{**rest}') begins with '/apo'" },
        { Place.Transform, "'PathRemovePrefix': 'API'", Works, "" },
        { Place.Transform, "'PathRemovePrefix': '/api/v1'", Works, "" },
        { Place.Transform, "'PathPrefix': '/a%20b'", Works, "" },
        { Place.Transform, "'PathPrefix': '/v1?key=1'", Fault, ":PathPrefix: '/v1?key=1' holds a question mark" },
        { Place.Transform, "'PathPrefix': 'http://backend/v1'", Fault, ":PathPrefix: 'http://backend/v1' is an address where a path is expected" },
        { Place.Transform, "'PathPrefix': '/../admin'", Fault, ":PathPrefix: '/../admin' holds a dot segment" },
        { Place.Transform, "'PathPrefix': 'v1/'", Works, "" },
        { Place.Transform, "'PathPrefix': '/a b/caf\u00e9/x%2Fy'", Works, "" },
        { Place.Transform, "'PathSet': '/health?x'", Fault, ":PathSet: '/health?x' holds a question mark" },
        { Place.Transform, "'PathSet': 'health'", Works, "" },
        { Place.Transform, "'PathPattern': '/x/{rset}'", Fault, ":PathPattern: '/x/{rset}' names {rset}, which the route's Path does not give a value to; did you mean 'rest'?" },
        { Place.Transform, "'PathPattern': '/x/{**all}'", Fault, ":PathPattern: '/x/{**all}' names {all}" },
        { Place.Transform, "'PathPattern': '/a%20b/{**rest}'", Works, "" },
        { Place.Transform, "'PathPattern': '/x?id={rest}'", Fault, ":PathPattern: '/x?id={rest}' cannot be built" },
        { Place.Transform, "'PathPattern': 'x/{**REST}'", Works, "" },
        { Place.Transform, "'PathPattern': '/x/{id=7}'", Fault, ":PathPattern: '/x/{id=7}' names {id}" },

        { Place.Transform, "'RequestHeader': 'Content-Length', 'Set': '0'", Fault, ":RequestHeader: 'Content-Length' frames the message" },
        { Place.Transform, "'RequestHeader': 'transfer-encoding', 'Set': 'chunked'", Fault, ":RequestHeader: 'transfer-encoding' frames the message" },
        { Place.Transform, "'RequestHeader': 'Connection', 'Set': 'close'", Fault, ":RequestHeader: 'Connection' frames the message" },
        { Place.Transform, "'RequestHeader': 'Keep-Alive', 'Append': '5'", Fault, ":RequestHeader: 'Keep-Alive' frames the message" },
        { Place.Transform, "'RequestHeader': 'Upgrade', 'Set': 'h2c'", Fault, ":RequestHeader: 'Upgrade' frames the message" },
        { Place.Transform, "'RequestHeader': 'TE', 'Set': 'gzip'", Fault, ":RequestHeader: 'TE' frames the message" },
        { Place.Transform, "'RequestHeader': 'TE', 'Set': 'trailers'", Works, "" },
        { Place.Transform, "'RequestHeaderRouteValue': 'Content-Length', 'Set': 'rest'", Fault, ":RequestHeaderRouteValue: 'Content-Length' frames the message" },
        { Place.Transform, "'RequestHeaderRouteValue': 'X-Id', 'Set': 'id'", Fault, ":Set: 'id' is not a parameter of the route's Path; known are rest" },
        { Place.Transform, "'RequestHeaderRouteValue': 'X-Id', 'Append': 'rest'", Works, "" },
        { Place.Transform, "'RequestHeader': 'Host', 'Set': 'api internal'", Fault, ":Set: 'api internal' is not a host that can be sent" },
        { Place.Transform, "'RequestHeader': 'host', 'Set': 'http://api.internal'", Fault, ":Set: 'http://api.internal' is not a host that can be sent" },
        { Place.Transform, "'RequestHeader': 'Host', 'Append': 'api.internal'", Fault, ":Append: would send a second host" },
        { Place.Transform, "'RequestHeader': 'Host', 'Set': 'api.internal:8080'", Works, "" },
        { Place.Transform, "'RequestHeader': 'traceparent', 'Set': '00-1-1-00'", Warning, ":RequestHeader: the gateway sends a traceparent with a span of its own" },
        { Place.Transform, "'RequestHeaderRemove': 'Traceparent'", Warning, ":RequestHeaderRemove: the gateway sends a traceparent" },
        { Place.Transform, "'RequestHeader': 'X-A', 'Set': ''", Works, "" },
        { Place.Transform, "'RequestHeader': 'X-A'", Fault, ":RequestHeader: 'X-A' cannot be built" },
        { Place.Transform, "'RequestHeader': 'X-A:', 'Set': '1'", Fault, ":RequestHeader: 'X-A:' is not a header's name" },
        { Place.Transform, "'RequestHeadersAllowed': 'A,B'", Fault, ":RequestHeadersAllowed: 'A,B' is not a header's name" },
        { Place.Transform, "'RequestHeadersAllowed': 'A; B'", Works, "" },
        { Place.Transform, "'RequestHeadersCopy': 'yes'", Fault, ":RequestHeadersCopy: 'yes' cannot be built" },
        { Place.Transform, "'RequestHeaderOriginalHost': '1'", Fault, ":RequestHeaderOriginalHost: '1' cannot be built" },
        { Place.Transform, "'RequestHeaderOriginalHost': true", Works, "" },
        { Place.Transform, "'ResponseHeader': 'Content-Length', 'Set': '0'", Fault, ":ResponseHeader: 'Content-Length' frames the message" },
        { Place.Transform, "'ResponseHeader': 'Transfer-Encoding', 'Set': 'chunked', 'When': 'Always'", Fault, ":ResponseHeader: 'Transfer-Encoding' frames the message" },
        { Place.Transform, "'ResponseHeader': 'Connection', 'Set': 'close'", Fault, ":ResponseHeader: 'Connection' frames the message" },
        { Place.Transform, "'ResponseTrailer': 'Content-Length', 'Set': '0'", Fault, ":ResponseTrailer: 'Content-Length' frames the message" },
        { Place.Transform, "'ResponseHeader': 'X-A', 'Set': '1', 'When': 'Sometimes'", Fault, ":ResponseHeader: 'X-A' cannot be built" },
        { Place.Transform, "'ResponseHeader': 'X-A', 'Append': '1', 'When': 'always'", Works, "" },
        { Place.Transform, "'ResponseHeaderRemove': 'Server'", Works, "" },
        { Place.Transform, "'HttpMethodChange': 'GET', 'Set': 'CONNECT'", Fault, ":Set: 'CONNECT' opens a tunnel" },
        { Place.Transform, "'HttpMethodChange': 'GET', 'Set': 'GET POST'", Fault, ":HttpMethodChange: 'GET' cannot be built" },
        { Place.Transform, "'HttpMethodChange': 'put', 'Set': 'post'", Works, "" },
        { Place.Transform, "'QueryRouteParameter': 'id', 'Set': 'id'", Fault, ":Set: 'id' is not a parameter of the route's Path" },
        { Place.Transform, "'QueryRouteParameter': 'id', 'Append': 'rest'", Works, "" },
        { Place.Transform, "'QueryValueParameter': 'v', 'Set': 'a b&c'", Works, "" },
        { Place.Transform, "'QueryRemoveParameter': 'v'", Works, "" },
        { Place.Transform, "'X-Forwarded': 'Set', 'HeaderPrefix': 'X Fwd '", Fault, ":HeaderPrefix: 'X Fwd ' is not what a header's name can begin with" },
        { Place.Transform, "'X-Forwarded': 'set'", Fault, ":X-Forwarded: 'set' cannot be built" },
        { Place.Transform, "'X-Forwarded': 'Append', 'Prefix': 'Off'", Works, "" },
        { Place.Transform, "'Forwarded': 'for;host'", Fault, ":Forwarded: 'for;host' cannot be built" },
        { Place.Transform, "'Forwarded': 'for, by, proto', 'ForFormat': 'IpAndPort'", Works, "" },
        { Place.Transform, "'ClientCert': 'X Cert'", Fault, ":ClientCert: 'X Cert' is not a header's name" },

        { Place.Cluster, "'HealthCheck': { 'Active': { 'Enabled': true, 'Path': 'health' } }", Fault, ":HealthCheck:Active:Path: 'health' is not a path to probe; allowed is one that begins with a slash" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Path': 'http://other/health' } }", Fault, ":HealthCheck:Active:Path: 'http://other/health' is not a path to probe" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Path': '//other/health' } }", Fault, ":HealthCheck:Active:Path: '//other/health' is not a path to probe" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Path': '/health?deep=1' } }", Fault, ":HealthCheck:Active:Path: '/health?deep=1' holds more than a path; a query stands in Query" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Path': '/health#x' } }", Fault, ":HealthCheck:Active:Path: '/health#x' holds more than a path" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Query': 'deep=1' } }", Fault, ":HealthCheck:Active:Query: 'deep=1' is not a query to probe with; allowed is one that begins with a question mark" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Query': '?a b' } }", Fault, ":HealthCheck:Active:Query: '?a b' is not a query to probe with" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Path': '/he%20alth/caf\u00e9', 'Query': '?deep=1&x=%20' } }", Works, "" },
        { Place.Cluster, "'HealthCheck': { 'Active': { 'Path': '', 'Query': '' } }", Works, "" },
        { Place.Cluster, "'Metadata': { 'ConsecutiveFailuresHealthPolicy.Threshold': 'three' }", Fault, ":Metadata:ConsecutiveFailuresHealthPolicy.Threshold: 'three' is not a number above 0" },
        { Place.Cluster, "'Metadata': { 'TransportFailureRateHealthPolicy.RateLimit': '50%' }", Fault, ":Metadata:TransportFailureRateHealthPolicy.RateLimit: '50%' is not a number above 0" },
        { Place.Cluster, "'Metadata': { 'TransportFailureRateHealthPolicy.RateLimit': '0.5', 'team': 'any text' }", Works, "" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': 'my key' }", Fault, ":SessionAffinity:AffinityKeyName: 'my key' is not the name of a cookie or a header" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': 'a=b' }", Fault, ":SessionAffinity:AffinityKeyName: 'a=b' is not the name" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'Policy': 'CustomHeader', 'AffinityKeyName': 'X-Shard\u00e9' }", Fault, ":SessionAffinity:AffinityKeyName: 'X-Shard\u00e9' is not the name" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'Policy': 'CustomHeader', 'AffinityKeyName': 'Content-Length' }", Fault, ":SessionAffinity:AffinityKeyName: 'Content-Length' frames or routes the message" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true }", Fault, ":SessionAffinity:AffinityKeyName: is missing" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': 'k', 'Cookie': { 'Path': 'shop' } }", Fault, ":SessionAffinity:Cookie:Path: 'shop' is not a cookie's path" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': 'k', 'Cookie': { 'Path': '/;Secure' } }", Fault, ":SessionAffinity:Cookie:Path: '/;Secure' is not a cookie's path" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': 'k', 'Cookie': { 'Domain': 'https://shop.example' } }", Fault, ":SessionAffinity:Cookie:Domain: 'https://shop.example' is not a cookie's domain" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': 'k', 'Cookie': { 'Domain': 'shop.example:8080' } }", Fault, ":SessionAffinity:Cookie:Domain: 'shop.example:8080' is not a cookie's domain" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': 'k', 'Cookie': { 'SameSite': 'None' } }", Warning, ":SessionAffinity:Cookie:SameSite: browsers refuse a cookie with SameSite None that is not Secure" },
        { Place.Cluster, "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': '.my-key', 'Cookie': { 'Path': '/shop', 'Domain': '.shop.example', 'SameSite': 'None', 'SecurePolicy': 'Always' } }", Works, "" },
        { Place.Cluster, "'HttpClient': { 'RequestHeaderEncoding': 'utf8' }", Fault, ":HttpClient:RequestHeaderEncoding: 'utf8' is not a known encoding" },
        { Place.Cluster, "'HttpClient': { 'RequestHeaderEncoding': 'utf-16' }", Fault, ":HttpClient:RequestHeaderEncoding: 'utf-16' does not write ASCII as ASCII" },
        { Place.Cluster, "'HttpClient': { 'ResponseHeaderEncoding': 'utf-32' }", Fault, ":HttpClient:ResponseHeaderEncoding: 'utf-32' does not write ASCII as ASCII" },
        { Place.Cluster, "'HttpClient': { 'RequestHeaderEncoding': 'utf-8' }", Works, "" },
        { Place.Cluster, "'HttpClient': { 'ResponseHeaderEncoding': 'latin1' }", Warning, ":HttpClient:ResponseHeaderEncoding: the bytes of a response's fields go to the client as they came" },
        { Place.Cluster, "'HttpClient': { 'WebProxy': { 'Address': 'proxy:3128' } }", Fault, ":HttpClient:WebProxy:Address: 'proxy:3128' is not a proxy's address" },
        { Place.Cluster, "'HttpClient': { 'WebProxy': { 'Address': 'ftp://proxy' } }", Fault, ":HttpClient:WebProxy:Address: 'ftp://proxy' is not a proxy's address" },
        { Place.Cluster, "'HttpClient': { 'WebProxy': { 'Address': 'proxy' } }", Fault, ":HttpClient:WebProxy:Address: 'proxy' is not an absolute address" },
        { Place.Cluster, "'HttpClient': { 'WebProxy': { 'Address': 'http://me:secret@proxy:3128' } }", Fault, ":HttpClient:WebProxy:Address: holds a user's name" },
        { Place.Cluster, "'HttpClient': { 'WebProxy': { 'Address': 'http://proxy:3128', 'BypassOnLocal': true } }", Works, "" },
        { Place.Cluster, "'HttpClient': { 'SslProtocols': ['TLS1.2'] }", Fault, ":HttpClient:SslProtocols:0: 'TLS1.2' is not known; did you mean 'Tls12'?" },
        { Place.Cluster, "'HttpClient': { 'SslProtocols': 'Tls12' }", Fault, ":HttpClient:SslProtocols: 'Tls12' stands where a list is expected" },
        { Place.Cluster, "'HttpClient': { 'SslProtocols': ['Tls12', 'tls13'] }", Works, "" },
        { Place.Cluster, "'HttpRequest': { 'Version': '2' }", Warning, ":HttpRequest:Version: HTTP/2 to an http:// address is spoken only where \"VersionPolicy\" insists on it" },
        { Place.Cluster, "'HttpRequest': { 'Version': '3' }", Warning, ":HttpRequest:Version: HTTP/3 to an http:// address" },
        { Place.Cluster, "'HttpRequest': { 'Version': '3', 'VersionPolicy': 'RequestVersionExact' }", Fault, ":HttpRequest:Version: '3' needs TLS" },
        { Place.Cluster, "'HttpRequest': { 'Version': '2', 'VersionPolicy': 'RequestVersionExact' }", Works, "" },
        { Place.Cluster, "'HttpRequest': { 'Version': 'HTTP/2' }", Fault, ":HttpRequest:Version: 'HTTP/2' is not an HTTP version such as 1.1 or 2" },
        { Place.Cluster, "'HttpRequest': { 'VersionPolicy': 'Exact' }", Fault, ":HttpRequest:VersionPolicy: 'Exact' is not known" },
        { Place.Cluster, "'LoadBalancingPolicy': 'roundrobin'", Works, "" },

        { Place.Destination, "'Host': 'api internal'", Fault, ":Host: 'api internal' is not a host that can be sent" },
        { Place.Destination, "'Host': 'https://api.internal'", Fault, ":Host: 'https://api.internal' is not a host that can be sent" },
        { Place.Destination, "'Host': 'api.internal/v1'", Fault, ":Host: 'api.internal/v1' is not a host that can be sent" },
        { Place.Destination, "'Host': 'm\u00fcnchen.example'", Fault, ":Host: 'm\u00fcnchen.example' is not a host that can be sent; allowed is an ASCII name (xn-- for others)" },
        { Place.Destination, "'Host': 'h..h'", Fault, ":Host: 'h..h' is not a host that can be sent" },
        { Place.Destination, "'Host': 'api.internal:99999'", Fault, ":Host: 'api.internal:99999' is not a host that can be sent" },
        { Place.Destination, "'Host': '*.internal'", Fault, ":Host: '*.internal' is not a host that can be sent" },
        { Place.Destination, "'Host': '[::1'", Fault, ":Host: '[::1' is not a host that can be sent" },
        { Place.Destination, "'Host': 'api.internal:8080'", Works, "" },
        { Place.Destination, "'Host': '[2001:db8::1]:8080'", Works, "" },
        { Place.Destination, "'Host': 'xn--mnchen-3ya.example.'", Works, "" },
        { Place.Destination, "'Host': 'my_host'", Works, "" },
        { Place.Destination, "'Health': '/health'", Fault, ":Health: '/health' is not an address" },
        { Place.Destination, "'Health': 'http://a:9/probe/'", Works, "" },
    };

    /// <summary>Where a setting is typed.</summary>
    public enum Place
    {
        Match,
        Route,
        Transform,
        Cluster,
        Destination,
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Setting_AsAPersonTypesIt_IsAFaultOrAWarningOrWorks(Place place, string setting, string verdict, string told)
    {
        var path = PathOf(place);
        var snapshot = House.Read(With(path, setting.Replace('\'', '"')), out var faults);

        if (verdict == Fault)
        {
            Assert.StartsWith(path + told, Assert.Single(faults.All).ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("secret", faults.ToString(), StringComparison.Ordinal);
            return;
        }
        Assert.Empty(faults.All);
        var advice = House.Advise(snapshot!);
        if (verdict == Warning)
            Assert.StartsWith(path + told, Assert.Single(advice).ToString(), StringComparison.Ordinal);
        else
            Assert.Empty(advice);
    }

    private static string PathOf(Place place) => place switch
    {
        Place.Match => "ReverseProxy:Routes:r:Match",
        Place.Route => "ReverseProxy:Routes:r",
        Place.Transform => "ReverseProxy:Routes:r:Transforms:0",
        Place.Cluster => "ReverseProxy:Clusters:api",
        _ => "ReverseProxy:Clusters:api:Destinations:one",
    };

    private static string With(string path, string setting)
    {
        var root = JsonNode.Parse("""
            { "ReverseProxy": {
                "Routes": { "r": { "ClusterId": "api", "Match": { "Path": "/api/{**rest}" } } },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "http://a:1/" } } } } } }
            """)!;
        if (path.Contains("Transforms", StringComparison.Ordinal))
            root["ReverseProxy"]!["Routes"]!["r"]!["Transforms"] = new JsonArray(new JsonObject());
        var at = path.Split(':').Aggregate(root, (node, key) => node is JsonArray list ? list[int.Parse(key, null)]! : node[key]!);
        foreach (var (key, value) in JsonNode.Parse($"{{ {setting} }}")!.AsObject())
            at[key] = value?.DeepClone();
        return root.ToJsonString();
    }
}
