#include "platform/service/port_owner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace valion {
namespace {

using boost::asio::ip::tcp;
using testing::HasSubstr;

TEST(PortOwner, NamesTheProcessThatListens) {
  for (const char* address : {"127.0.0.1", "::1"}) {
    boost::asio::io_context context;
    boost::system::error_code error;
    tcp::acceptor acceptor(context);
    const tcp::endpoint endpoint(boost::asio::ip::make_address(address), 0);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) continue;  // a machine without IPv6
    acceptor.listen();
    const std::uint16_t port = acceptor.local_endpoint().port();
    const auto owner = port_owner(port);
    ASSERT_TRUE(owner) << address;
    EXPECT_EQ(owner->process, getpid());
    EXPECT_THAT(owner->command_line, HasSubstr("platform_service_test"));
    EXPECT_THAT(port_owner_text(port), HasSubstr("process " + std::to_string(getpid()) + " (user "));
    acceptor.close();
    EXPECT_FALSE(port_owner(port));
    EXPECT_EQ(port_owner_text(port), "");
  }
}

TEST(PortOwner, TakesAConnectionForNoListener) {
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
  tcp::socket client(context);
  client.connect(acceptor.local_endpoint());
  EXPECT_FALSE(port_owner(client.local_endpoint().port()));
}

}  // namespace
}  // namespace valion
