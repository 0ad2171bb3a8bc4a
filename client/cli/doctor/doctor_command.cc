// doctor: asks all there is to ask, and says what is wrong.
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "client/cli/command.h"
#include "client/cli/console/console.h"
#include "client/cli/doctor/checks.h"
#include "client/cli/interrupt.h"
#include "client/cli/text.h"
#include "client/inspect.h"

namespace quorate::cli {
namespace {

using admin::integer_of;
using admin::list_of;
using admin::text_of;
using std::chrono::milliseconds;

constexpr milliseconds reach_timeout{2000};

struct NoFlags {};

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// --- this machine --------------------------------------------------------------------------------

std::string first_line(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// "MemTotal:  24678012 kB", in bytes.
std::optional<std::int64_t> meminfo(const std::string& name) {
  std::ifstream in("/proc/meminfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key;
    std::int64_t kib = 0;
    if (words >> key >> kib && key == name + ":") return kib * 1024;
  }
  return std::nullopt;
}

std::optional<std::int64_t> expiry_of(const std::string& file) {
  if (file.empty()) return std::nullopt;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "r"),
                                                           &std::fclose);
  if (!in) return std::nullopt;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
  std::tm expires{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &expires) != 1)
    return std::nullopt;
  return std::int64_t{::timegm(&expires)} * 1000;
}

// --- the servers ---------------------------------------------------------------------------------

/// What one server says of itself, each part for itself: some may be missing.
ServerFacts ask_about(admin::Api& api, const Json& listed) {
  ServerFacts facts;
  facts.server = integer_of(listed, "server").value_or(0);
  facts.address = text_of(listed, "address");
  const std::string path = "/servers/" + std::to_string(facts.server);
  facts.sent_ms = now_ms();
  auto status = api.get(path + "/status");
  facts.came_ms = now_ms();
  if (!status.ok()) {
    facts.missing = status.error().text;
    return facts;
  }
  facts.status = std::move(*status);
  if (const auto actors = api.get_list(path + "/actors", {}, 1000); actors.ok())
    facts.actors = list_of(*actors, "items");
  if (auto backups = api.get(path + "/backups"); backups.ok()) facts.backups = std::move(*backups);
  if (auto config = api.get(path + "/config"); config.ok()) facts.config = std::move(*config);
  return facts;
}

/// Whether clients on this machine would get an answer.
void reach(std::vector<ServerFacts>& servers, milliseconds timeout) {
  std::vector<client::Host> hosts;
  std::vector<ServerFacts*> asked;
  for (ServerFacts& server : servers) {
    const auto endpoints = client::parse_endpoints(server.address);
    if (server.address.empty() || !endpoints.ok() || endpoints->hosts.size() != 1) continue;
    const client::Host& host = endpoints->hosts.front();
    // "Everywhere" is where it listens, and not where it is.
    if (host.name == "0.0.0.0" || host.name == "::" || host.port == 0) continue;
    hosts.push_back(host);
    asked.push_back(&server);
  }
  const auto answers = client::inspect(hosts, timeout);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    asked[i]->reach_checked = true;
    if (!answers[i].alive && !answers[i].inspection.ok())
      asked[i]->unreachable = answers[i].inspection.error().text;
  }
}

/// Without a console there are still the servers that --endpoints names.
void reach_endpoints(const Context& context, milliseconds timeout, Facts& facts) {
  const auto endpoints = client::parse_endpoints(context.globals().endpoints);
  if (!endpoints.ok()) return;
  for (const client::Answer& answer : client::inspect(endpoints->hosts, timeout)) {
    if (answer.alive || answer.inspection.ok()) continue;
    facts.unreachable_endpoints.emplace_back(client::to_string(answer.host),
                                             answer.inspection.error().text);
  }
}

Facts gather(const Context& context, const admin::ApiOptions& options) {
  Facts facts;
  facts.now_ms = now_ms();
  facts.client_certificate_expires_at_ms = expiry_of(options.http.certificate_file);
  admin::Api api(options);
  auto ensemble = api.get("/ensemble");
  facts.console_certificate = api.peer_certificate();
  if (!ensemble.ok()) {
    facts.console_error = ensemble.error().text;
    reach_endpoints(context, context.timeout_or(reach_timeout), facts);
    return facts;
  }
  facts.ensemble = std::move(*ensemble);
  for (const Json& listed : list_of(facts.ensemble, "servers"))
    facts.servers.push_back(ask_about(api, listed));
  reach(facts.servers, context.timeout_or(reach_timeout));
  if (options.http.url.is_loopback()) {
    facts.local_server = integer_of(facts.ensemble, "server");
    facts.machine = MachineFacts{first_line("/sys/kernel/mm/transparent_hugepage/enabled"),
                                 meminfo("SwapTotal"), meminfo("MemTotal")};
  }
  return facts;
}

// --- what is printed -----------------------------------------------------------------------------

Json json_of(const Finding& finding) {
  return {{"severity", to_string(finding.severity)},
          {"id", finding.id},
          {"server", finding.server ? Json(*finding.server) : Json()},
          {"what", finding.what},
          {"why", finding.why},
          {"fix", finding.fix}};
}

void print_for_people(Output& output, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    std::string line = to_string(finding.severity);
    line.resize(11, ' ');
    line += finding.id + ": ";
    if (finding.server) line += "server " + std::to_string(*finding.server) + " ";
    output.out() << printable_cell(line + finding.what) << '\n';
    if (!finding.why.empty())
      output.out() << "           why: " << printable_cell(finding.why) << '\n';
    if (!finding.fix.empty())
      output.out() << "           fix: " << printable_cell(finding.fix) << '\n';
  }
}

void print(Output& output, const std::vector<Finding>& findings, bool healthy) {
  if (output.mode() == OutputMode::json) {
    Json list = Json::array();
    for (const Finding& finding : findings) list.push_back(json_of(finding));
    output.value({{"healthy", healthy}, {"findings", list}}, "");
    return;
  }
  if (output.mode() == OutputMode::table) {
    print_for_people(output, findings);
    output.out() << (healthy ? "nothing above a note\n" : "");
    return;
  }
  Rows rows(output, {{"severity"}, {"id"}, {"server"}, {"what"}, {"why"}, {"fix"}},
            Rows::Texts::of_others);
  for (const Finding& finding : findings) {
    std::vector<Json> cells;
    const Json row = json_of(finding);
    for (const auto& [name, value] : row.items()) cells.push_back(value);
    rows.add(std::move(cells));
  }
}

ExitCode doctor(Context& context, const NoFlags&) {
  const auto options = console_options(context);
  if (!options.ok()) return fail_at_console(context, options.error());
  const InterruptScope interrupt;
  const std::vector<Finding> findings = check_all(gather(context, *options));
  if (interrupted()) return ExitCode::interrupted;
  const bool healthy = findings.empty() || findings.front().severity <= Severity::note;
  print(context.output(), findings, healthy);
  return healthy ? ExitCode::ok : ExitCode::check_failed;
}

}  // namespace

void define_doctor(CLI::App& app, Selection& selection) {
  define_command<NoFlags>(
      app, selection, "doctor",
      "Look for what is wrong or will be: with every server, the way there, and this machine; "
      "8 when there is more than notes (console)",
      "quorate doctor -o json", doctor);
}

}  // namespace quorate::cli
