// The frames with which a connection between two servers begins.
#include <string>
#include <variant>

#include "schema/capnp/peer_fields.h"
#include "schema/capnp/peer_frames.h"
#include "schema/capnp/quorum_codec.h"

namespace quorate::capnp_codec {
namespace {

using capnp::sizeInWords;
using Root = quorum::PeerHandshake;

/// "quorate" and a zero byte.
constexpr std::uint64_t magic = 0x0065'7461'726f'7571;

// --- Writing
// ---------------------------------------------------------------------------------------

void fill_history(quorum::HistoryWanted::Builder out, const HistoryWanted& wanted) {
  out.setEpoch(wanted.epoch.value);
  fill_position(out.initKeep(), wanted.keep);
  fill_position(out.initEnd(), wanted.end);
  out.setImage(wanted.image);
}

std::size_t hello_words(const PeerHello& hello) {
  std::size_t sum = sizeInWords<quorum::PeerHello>() + data_words(hello.cluster.size()) +
                    data_words(hello.challenge.size());
  if (std::holds_alternative<HistoryWanted>(hello.purpose)) {
    sum += sizeInWords<quorum::HistoryWanted>() + 2 * sizeInWords<quorum::Position>();
  }
  return sum;
}

struct PurposeWriter {
  quorum::PeerHello::Builder out;

  void operator()(const ControlLink&) { out.setControl(); }
  void operator()(const HistoryWanted& wanted) { fill_history(out.initHistory(), wanted); }
  void operator()(const HelloAnswer&) { out.setAnswer(); }
};

void fill_hello(quorum::PeerHello::Builder out, const PeerHello& hello) {
  out.setMagic(magic);
  out.setVersionMin(hello.version_min);
  out.setVersionMax(hello.version_max);
  out.setFeatures(hello.features);
  out.setCluster(to_data(hello.cluster));
  out.setServer(hello.server.value);
  out.setIncarnation(hello.incarnation.value);
  out.setChallenge(to_data(hello.challenge));
  std::visit(PurposeWriter{out}, hello.purpose);
}

struct Encoder {
  Blob operator()(const PeerHello& hello) const {
    return build_frame<Root>(hello_words(hello),
                             [&](Root::Builder root) { fill_hello(root.initHello(), hello); });
  }
  Blob operator()(const PeerProof& proof) const {
    return build_frame<Root>(
        sizeInWords<quorum::PeerProof>() + data_words(proof.mac.size()),
        [&](Root::Builder root) { root.initProof().setMac(to_data(proof.mac)); });
  }
  Blob operator()(const PeerRefusal& refusal) const {
    return build_frame<Root>(refusal_words(refusal), [&](Root::Builder root) {
      fill_refusal(root.initRefusal(), refusal);
    });
  }
};

// --- Reading
// ---------------------------------------------------------------------------------------

template <std::size_t size>
void read_octets(capnp::Data::Reader in, std::array<std::uint8_t, size>& out, const char* field,
                 FieldChecks& checks) {
  if (in.size() == size && take(in, out)) return;
  checks.refuse(field, std::to_string(in.size()) + " bytes; there must be " + std::to_string(size));
}

void read_history(quorum::HistoryWanted::Reader in, HistoryWanted& out, FieldChecks& checks) {
  out = {checks.epoch(in.getEpoch(), "hello.history.epoch"),
         checks.position(in.getKeep(), "hello.history.keep"),
         checks.position(in.getEnd(), "hello.history.end"), in.getImage()};
}

void read_purpose(quorum::PeerHello::Reader in, PeerPurpose& out, FieldChecks& checks) {
  switch (in.which()) {
    case quorum::PeerHello::CONTROL:
      out.emplace<ControlLink>();
      return;
    case quorum::PeerHello::HISTORY:
      return read_history(in.getHistory(), out.emplace<HistoryWanted>(), checks);
    case quorum::PeerHello::ANSWER:
      out.emplace<HelloAnswer>();
      return;
    case quorum::PeerHello::UNSET:
      return checks.refuse_unset("purpose");
  }
  checks.refuse_unknown("purpose", in.which());
}

void read_hello(quorum::PeerHello::Reader in, PeerHello& out, FieldChecks& checks) {
  if (in.getMagic() != magic) {
    checks.refuse("hello.magic", "this is not a server of an ensemble");
  }
  out.version_min = in.getVersionMin();
  out.version_max = in.getVersionMax();
  if (out.version_min == 0 || out.version_min > out.version_max) {
    checks.refuse("hello.versionMin", std::to_string(out.version_min) + " to " +
                                          std::to_string(out.version_max) +
                                          " is no range of versions");
  }
  out.features = in.getFeatures();
  read_octets(in.getCluster(), out.cluster, "hello.cluster", checks);
  out.server = checks.server(in.getServer(), "hello.server");
  out.incarnation = Incarnation{in.getIncarnation()};
  read_octets(in.getChallenge(), out.challenge, "hello.challenge", checks);
  read_purpose(in, out.purpose, checks);
}

void read_handshake(Root::Reader in, PeerHandshake& out, FieldChecks& checks) {
  switch (in.which()) {
    case Root::HELLO:
      return read_hello(in.getHello(), out.emplace<PeerHello>(), checks);
    case Root::PROOF:
      return read_octets(in.getProof().getMac(), out.emplace<PeerProof>().mac, "proof.mac", checks);
    case Root::REFUSAL:
      return read_refusal(in.getRefusal(), out.emplace<PeerRefusal>(), checks);
    case Root::UNSET:
      return checks.refuse_unset("handshake");
  }
  checks.refuse_unknown("handshake", in.which());
}

// --- The proof
// -------------------------------------------------------------------------------------

/// Numbers little-endian, nothing between them.
class ProofBytes {
 public:
  template <class Integer>
  ProofBytes& number(Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
      bytes_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
    return *this;
  }
  template <std::size_t size>
  ProofBytes& octets(const std::array<std::uint8_t, size>& octets) {
    bytes_.append(octets.begin(), octets.end());
    return *this;
  }
  ProofBytes& position(const LogPosition& position) {
    return number(position.zxid.value).number(position.chain);
  }
  ProofBytes& text(std::string_view text) {
    bytes_ += text;
    return *this;
  }
  ProofBytes& purpose(const PeerPurpose& purpose);
  ProofBytes& hello(const PeerHello& hello) {
    octets(hello.cluster).number(hello.server.value).number(hello.incarnation.value);
    number(hello.version_min).number(hello.version_max).number(hello.features);
    return purpose(hello.purpose).octets(hello.challenge);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

ProofBytes& ProofBytes::purpose(const PeerPurpose& purpose) {
  // `unset` is the first member of the union.
  number(static_cast<std::uint8_t>(1 + purpose.index()));
  if (const auto* wanted = std::get_if<HistoryWanted>(&purpose)) {
    number(wanted->epoch.value).position(wanted->keep).position(wanted->end);
    number(static_cast<std::uint8_t>(wanted->image ? 1 : 0));
  }
  return *this;
}

}  // namespace

Blob encode_handshake(const PeerHandshake& handshake) { return std::visit(Encoder{}, handshake); }

Result<PeerHandshake> decode_handshake(std::span<const std::byte> frame) {
  Result<PeerHandshake> result{PeerHandshake{}};
  FieldChecks checks;
  const Status status = read_peer_frame<Root>(frame, hello_limits, [&](Root::Reader root) {
    read_handshake(root, *result, checks);
    return checks.status();
  });
  if (!status.ok()) result = status.error();
  return result;
}

std::string proof_input(PeerSide prover, const PeerHello& dialler, const PeerHello& dialled) {
  ProofBytes out;
  out.text("quorate peer proof 1").number(static_cast<std::uint8_t>(prover));
  return out.hello(dialler).hello(dialled).bytes();
}

}  // namespace quorate::capnp_codec
