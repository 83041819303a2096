# For test_fluentd_config.py: Fluentd's parser and its plugins' parameters, a line of JSON for a line of JSON. Ruby loads this
# file before Fluentd itself (RUBYOPT), and ends with it: nothing is started.
require "json"
require "fluent/load"
require "fluent/config"
require "fluent/plugin"

def plain(element)
  { name: element.name, argument: element.arg, parameters: element.to_h, sections: element.elements.map { |below| plain(below) } }
end

def parse(text)
  plain(Fluent::Config::V1Parser.parse(text, "f", Dir.pwd, Object.new))
rescue Fluent::ConfigError, ArgumentError, NoMethodError, TypeError
  nil
end

MAKERS = { "source" => :new_input, "match" => :new_output, "filter" => :new_filter }.freeze

def parameters(section, kind)
  found =
    case section
    when "parse" then Fluent::Plugin.new_parser(kind)
    when "buffer" then Fluent::Plugin.new_buffer(kind)
    when "server", "security" then Fluent::Plugin.new_output("forward")
    else Fluent::Plugin.public_send(MAKERS.fetch(section), kind)
    end
  proxy = found.class.merged_configure_proxy
  return proxy.sections.fetch(section.to_sym).params.keys if %w[server security].include?(section)

  names = proxy.params.keys
  names += Fluent::Plugin.new_output("forward").class.merged_configure_proxy.sections[:buffer].params.keys if section == "buffer"
  names.map(&:to_s).reject { |name| name.start_with?("@") || name.match?(/\A(format|regexp|exclude)\d+\z/) }
rescue Fluent::NotFoundPluginError
  nil
end

$log = Fluent::Log.new(ServerEngine::DaemonLogger.new($stderr, log_level: "fatal"))
$stdin.each_line do |line|
  question = JSON.parse(line)
  answer = question.key?("parse") ? parse(question["parse"]) : parameters(question["section"], question["type"])
  $stdout.puts(JSON.generate(answer))
  $stdout.flush
end
exit!
